// Package released serves a language host of the testbed's Pulumi in front of one that was released in a module of SDK 3.60.
package released

import (
	"bufio"
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
)

const maxMessageSize = 400 << 20 // what the engine allows itself

// Serve answers the engine by a host.
func Serve(host pulumirpc.LanguageRuntimeServer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageSize))
	pulumirpc.RegisterLanguageRuntimeServer(server, host)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port) // the engine reads the port from the first line
	return server.Serve(listener)
}

// Start starts the released host, a program of that name beside this one, with flags of its own before what the engine told this one.
func Start(name string, flags ...string) (pulumirpc.LanguageRuntimeClient, error) {
	address, err := start(name, flags)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageSize)))
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", name, err)
	}
	return pulumirpc.NewLanguageRuntimeClient(conn), nil
}

// start returns the address of the host, which it prints.
func start(released string, flags []string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	child := exec.Command(filepath.Join(filepath.Dir(self), released), append(flags, os.Args[1:]...)...)
	child.Stderr = os.Stderr
	// The engine ends this process without a word: its child must go with it.
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout, err := child.StdoutPipe()
	if err != nil {
		return "", err
	}
	started := make(chan error)
	go func() {
		// The signal is bound to the thread that starts the child, so that thread must stay.
		runtime.LockOSThread()
		started <- child.Start()
		select {}
	}()
	if err := <-started; err != nil {
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
