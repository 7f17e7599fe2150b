package released

import (
	"errors"
	"io"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

type InstallStream = grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse]

// InstallDependencies has the released host install what a program in a folder needs: it knows the folder by its old name alone.
func InstallDependencies(host pulumirpc.LanguageRuntimeClient, dir string, stream InstallStream) error {
	installing, err := host.InstallDependencies(stream.Context(), &pulumirpc.InstallDependenciesRequest{Directory: dir})
	if err != nil {
		return err
	}
	for {
		said, err := installing.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(said); err != nil {
			return err
		}
	}
}
