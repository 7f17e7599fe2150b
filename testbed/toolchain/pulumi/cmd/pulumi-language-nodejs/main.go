// The Node.js language host of the testbed's Pulumi.
//
// Its real one of this version cannot be had from a package registry: the last module that held it is of SDK 3.60,
// built here as nodejs-host-3.60 beside this program. This one starts it, forwards most of what the engine asks of it,
// adds RunPlugin, which it lacks and without which `--policy-pack` does not work, and runs the program itself (run.go).
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	released       = "nodejs-host-3.60"
	maxMessageSize = 400 << 20 // what the engine allows itself
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

func serve() error {
	address, err := startReleasedHost()
	if err != nil {
		return err
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageSize)))
	if err != nil {
		return fmt.Errorf("connect to %s: %w", released, err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageSize))
	pulumirpc.RegisterLanguageRuntimeServer(server, &host{released: pulumirpc.NewLanguageRuntimeClient(conn)})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port) // the engine reads the port from the first line
	return server.Serve(listener)
}

// startReleasedHost starts the host that lies beside this program and returns its address, which it prints.
func startReleasedHost() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	child := exec.Command(filepath.Join(filepath.Dir(self), released), os.Args[1:]...)
	child.Stderr = os.Stderr
	// The engine ends this process without a word: its child must go with it. The signal is bound to the thread
	// that starts the child, so that thread must stay.
	runtime.LockOSThread()
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout, err := child.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := child.Start(); err != nil {
		return "", fmt.Errorf("start %s: %w", released, err)
	}
	lines := bufio.NewReader(stdout)
	port, err := lines.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s printed no port: %w", released, err)
	}
	go func() { _, _ = io.Copy(os.Stdout, lines) }()
	return net.JoinHostPort("127.0.0.1", strings.TrimSpace(port)), nil
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
