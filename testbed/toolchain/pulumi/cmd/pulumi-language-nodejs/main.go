// The Node.js language host of the testbed's Pulumi.
//
// Its real one of this version cannot be had from a package registry: the last module that held it is of SDK 3.60,
// built here as nodejs-host-3.60 beside this program. This one starts it, forwards most of what the engine asks of it,
// adds RunPlugin, which it lacks and without which `--policy-pack` does not work, and runs the program itself (run.go).
package main

import (
	"context"
	"fmt"
	"os"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"testbed/pulumi/released"
)

func main() {
	client, err := released.Start("nodejs-host-3.60")
	if err == nil {
		err = released.Serve(&host{released: client})
	}
	fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
	os.Exit(1)
}

// host answers the engine. What is not here, it answers as unimplemented, and the engine does without.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	released pulumirpc.LanguageRuntimeClient
}

func (h *host) GetRequiredPlugins(ctx context.Context, r *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return h.released.GetRequiredPlugins(ctx, r)
}

func (h *host) GetPluginInfo(ctx context.Context, r *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return h.released.GetPluginInfo(ctx, r)
}

func (h *host) About(ctx context.Context, r *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	return h.released.About(ctx, r)
}

func (h *host) GetProgramDependencies(ctx context.Context, r *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	return h.released.GetProgramDependencies(ctx, r)
}
