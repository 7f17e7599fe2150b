// The Python language host of the testbed's Pulumi: the one of SDK 3.60, with GeneratePackage and Link, without which there is no
// `pulumi package add`.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"testbed/pulumi/released"
	"testbed/pulumi/sdk"
)

func main() {
	fmt.Fprintln(os.Stderr, "pulumi-language-python:", released.Serve(&host{}))
	os.Exit(1)
}

// host answers the engine. What is not here, it answers as unimplemented, and the engine does without.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	starting sync.Mutex
	released pulumirpc.LanguageRuntimeClient
}

// of starts the released host with a program's options, which it knows as flags: today's engine has them in each request.
func (h *host) of(info *pulumirpc.ProgramInfo) (pulumirpc.LanguageRuntimeClient, error) {
	h.starting.Lock()
	defer h.starting.Unlock()
	if h.released != nil {
		return h.released, nil
	}
	flags := []string{"-root", info.GetRootDirectory()}
	if virtualenv := info.GetOptions().GetFields()["virtualenv"].GetStringValue(); virtualenv != "" {
		flags = append(flags, "-virtualenv", virtualenv)
	}
	var err error
	h.released, err = released.Start("python-host-3.60", flags...)
	return h.released, err
}

func (h *host) GetRequiredPlugins(ctx context.Context, r *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	client, err := h.of(r.GetInfo())
	if err != nil {
		return nil, err
	}
	return client.GetRequiredPlugins(ctx, r)
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

func (h *host) Run(ctx context.Context, r *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	client, err := h.of(r.GetInfo())
	if err != nil {
		return nil, err
	}
	return client.Run(ctx, r)
}

func (h *host) InstallDependencies(r *pulumirpc.InstallDependenciesRequest, stream released.InstallStream) error {
	client, err := h.of(r.GetInfo())
	if err != nil {
		return err
	}
	return released.InstallDependencies(client, r.GetInfo().GetProgramDirectory(), stream)
}

// GeneratePackage writes the SDK of a schema.
func (h *host) GeneratePackage(_ context.Context, r *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return sdk.Write(r, func(pkg *schema.Package, loader schema.ReferenceLoader) (map[string][]byte, error) {
		return python.GeneratePackage("pulumi-language-python", pkg, r.GetExtraFiles(), loader)
	})
}

// Link has the program's requirements name the SDK's folder, as Pulumi's own host does.
func (h *host) Link(_ context.Context, r *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	file := filepath.Join(r.GetInfo().GetProgramDirectory(), "requirements.txt")
	content, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	imports := []string{}
	for _, linked := range r.GetPackages() {
		if !contains(lines, linked.GetPath()) {
			lines = append(lines, linked.GetPath())
		}
		name := strings.ReplaceAll(linked.GetPackage().GetName(), "-", "_")
		imports = append(imports, fmt.Sprintf("import pulumi_%s as %s", name, name))
	}
	if err := os.WriteFile(file, []byte(strings.TrimLeft(strings.Join(lines, "\n"), "\n")+"\n"), 0o644); err != nil {
		return nil, err
	}
	return &pulumirpc.LinkResponse{ImportInstructions: strings.Join(imports, "\n")}, nil
}

func contains(lines []string, line string) bool {
	for _, each := range lines {
		if strings.TrimSpace(each) == line {
			return true
		}
	}
	return false
}
