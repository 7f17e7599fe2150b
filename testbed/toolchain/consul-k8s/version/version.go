// Package version stands in for the module of that name inside consul-k8s, which no registry holds: its own go.mod
// replaces it by a path. Three functions are all that the control plane calls.
package version

// GetHumanVersion: the commit in ../go.mod is of branch release/1.5.x, a week before 1.5.3, and the Kubernetes libraries are those
// of that release: with older ones the injector drops what they do not know of a pod.
func GetHumanVersion() string { return "v1.5.3" }

func IsFIPS() bool        { return false }
func GetFIPSInfo() string { return "" }
