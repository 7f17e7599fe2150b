package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

type pluginStream = grpc.ServerStreamingServer[pulumirpc.RunPluginResponse]

// RunPlugin runs a policy pack (an analyzer) or a component provider with the @pulumi/pulumi that it has installed.
func (h *host) RunPlugin(r *pulumirpc.RunPluginRequest, stream pluginStream) error {
	dir := r.GetInfo().GetProgramDirectory()
	runner, workDir := "run-plugin", r.Pwd
	args := append([]string{dir}, r.Args...)
	if r.Kind == "analyzer" {
		runner, workDir = "run-policy-pack", dir
		args = append(append([]string{}, r.Args...), dir)
	}
	script, err := resolve("@pulumi/pulumi/cmd/"+runner, dir)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(stream.Context(), "node", append([]string{script}, args...)...)
	cmd.Dir = workDir
	cmd.Env = append(os.Environ(), r.Env...)
	var sending sync.Mutex // stdout and stderr come from two goroutines, a stream takes one at a time
	cmd.Stdout = sender(func(b []byte) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: b}})
	})
	cmd.Stderr = sender(func(b []byte) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: b}})
	})
	var exit *exec.ExitError
	code := 0
	if err := cmd.Run(); errors.As(err, &exit) {
		code = max(exit.ExitCode(), 1) // it is -1 after a signal
	} else if err != nil {
		return fmt.Errorf("run %s: %w", script, err)
	}
	return stream.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}

// resolve asks Node where a module lies for a program in dir.
func resolve(module, dir string) (string, error) {
	dir, err := filepath.EvalSymlinks(dir) // a linked folder's packages are beside what it links to
	if err != nil {
		return "", err
	}
	var stderr strings.Builder
	cmd := exec.Command("node", "-p", "require.resolve(process.argv[1], {paths: [process.argv[2]]})", module, dir)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("find %s from %s (is it installed there?): %w: %s", module, dir, err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

type sender func([]byte) error

func (s sender) Write(p []byte) (int, error) {
	return len(p), s(append([]byte(nil), p...))
}
