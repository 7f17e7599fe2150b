package main

import (
	"context"
	"os"
	"path/filepath"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"testbed/pulumi/released"
)

// InstallDependencies leaves a component package as it is where it finds its @pulumi/pulumi, as every package of a checkout does:
// the testbed fetches nothing that is there. Pulumi's own host runs `npm install` each time.
func (h *host) InstallDependencies(r *pulumirpc.InstallDependenciesRequest, stream released.InstallStream) error {
	dir := r.GetInfo().GetProgramDirectory()
	if _, err := resolve("@pulumi/pulumi/package.json", dir); err == nil {
		return nil
	}
	return released.InstallDependencies(h.released, dir, stream)
}

// GetRequiredPackages has a component package need no provider before it runs: one of the cache serves, which is not of the exact
// version that the CLI would fetch first. Of a program the engine asks by GetRequiredPlugins, as it does where this is not implemented.
func (h *host) GetRequiredPackages(ctx context.Context, r *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	if _, err := os.Stat(filepath.Join(r.GetInfo().GetProgramDirectory(), "PulumiPlugin.yaml")); err == nil {
		return &pulumirpc.GetRequiredPackagesResponse{}, nil
	}
	return nil, status.Error(codes.Unimplemented, "of a program, GetRequiredPlugins tells")
}
