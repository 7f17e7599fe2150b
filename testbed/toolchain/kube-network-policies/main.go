// kube-network-policies enforces the cluster's NetworkPolicies, for ingress and egress, by the controller of
// sigs.k8s.io/kube-network-policies, which is all real: it watches the API server and judges each connection's first
// packet, which the kernel hands it by NFQUEUE.
//
// Stands in for that module's own main, which runs as a DaemonSet and queues packets by nftables' "queue". Not every
// kernel has that, so the testbed queues them by iptables (cluster/iptables.sh). What differs: every new connection of a
// pod is judged, not only of those that a policy selects; IPv4 only; from the node itself everything is let through,
// whichever user's; a pod's address comes from the API server, not from the container runtime; no AdminNetworkPolicies,
// no metrics.
//
//	kube-network-policies KUBECONFIG QUEUE-NUMBER
package main

import (
	"context"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/containerd/nri/pkg/api"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatalln("usage: kube-network-policies KUBECONFIG QUEUE-NUMBER")
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, kubeconfig, queue string) error {
	number, err := strconv.ParseUint(queue, 10, 16)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	// The container runtime that it would ask for addresses may be another one of the machine's. NRIdisabled is no way
	// out: with it, the first packet of an address that no pod has ends the process.
	if err := os.Setenv(api.PluginSocketEnvVar, "none"); err != nil {
		return err
	}
	all := informers.NewSharedInformerFactory(client, 0)
	// A pod that has ended no longer has its address, and another may.
	alive := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.FieldSelector = "status.phase!=Succeeded,status.phase!=Failed"
	}))
	controller, err := networkpolicy.NewController(client, all.Networking().V1().NetworkPolicies(), all.Core().V1().Namespaces(),
		alive.Core().V1().Pods(), nil, nil, nil, nil, networkpolicy.Config{
			QueueID: int(number),
			// No nftables where there is "queue" either, which would outlive this process when it is killed: no kernel
			// takes a table with so long a name, and after the one try at the start nothing changes on a node without pods.
			NFTableName: strings.Repeat("-", 256),
			NodeName:    "none",
		})
	if err != nil {
		return err
	}
	all.Start(ctx.Done())
	alive.Start(ctx.Done())
	return controller.Run(ctx)
}
