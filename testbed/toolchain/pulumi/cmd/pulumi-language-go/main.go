// The Go language host of the testbed's Pulumi: as much of one as a program with a component package needs. Pulumi's own of this
// version cannot be had from a package registry.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"testbed/pulumi/released"
)

func main() {
	fmt.Fprintln(os.Stderr, "pulumi-language-go:", released.Serve(&host{}))
	os.Exit(1)
}

// host answers the engine. What is not here, it answers as unimplemented, and the engine does without.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// InstallDependencies completes go.mod and go.sum, and downloads what they name, as Pulumi's own host does.
func (h *host) InstallDependencies(r *pulumirpc.InstallDependenciesRequest, stream released.InstallStream) error {
	said, err := goCommand(stream.Context(), r.GetInfo().GetProgramDirectory(), "mod", "tidy")
	if err != nil {
		return err
	}
	return stream.Send(&pulumirpc.InstallDependenciesResponse{Stdout: []byte(said)})
}

// goCommand runs `go` in a folder, and returns what it prints.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}
