module testbed/whoami

go 1.25
