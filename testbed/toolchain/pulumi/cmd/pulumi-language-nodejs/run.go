package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// What Pulumi's Node.js SDK exits with when it has told the user all that there is to say.
const alreadyReported = 32

// Run runs the program with the @pulumi/pulumi that it has installed. The host of 3.60 puts a proxy between program and
// engine, for synchronous calls that today's SDK no longer makes; what the engine has learned since, such as error
// hooks, does not pass it.
func (h *host) Run(ctx context.Context, r *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	script, err := resolve("@pulumi/pulumi/cmd/run", r.GetPwd())
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(r.GetConfig())
	if err != nil {
		return nil, err
	}
	secretKeys, err := json.Marshal(append([]string{}, r.GetConfigSecretKeys()...))
	if err != nil {
		return nil, err
	}
	args := []string{
		script,
		"--monitor", r.GetMonitorAddress(),
		"--engine", os.Args[len(os.Args)-1],
		"--organization", r.GetOrganization(),
		"--project", r.GetProject(),
		"--root-directory", r.GetInfo().GetRootDirectory(),
		"--stack", r.GetStack(),
		"--pwd", r.GetPwd(),
		"--parallel", strconv.Itoa(int(r.GetParallel())),
	}
	if r.GetDryRun() {
		args = append(args, "--dry-run")
	}
	entryPoint := r.GetInfo().GetEntryPoint()
	if entryPoint == "" {
		entryPoint = "."
	}
	cmd := exec.CommandContext(ctx, "node", append(append(args, entryPoint), r.GetArgs()...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(),
		"PULUMI_NODEJS_TYPESCRIPT=true",
		"PULUMI_CONFIG="+string(config),
		"PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys))
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case errors.As(err, &exit) && exit.ExitCode() == alreadyReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case err != nil:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program ended with %v", err)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}
