// Pricing says by gRPC what a number of pieces costs.
package main

import (
	"context"
	"log"
	"net"
	"shop/internal/serve"
	"shop/pricing/pb"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

var cents = map[string]int64{"mug": 1250, "shirt": 2900, "poster": 1800}

type pricing struct{ pb.UnimplementedPricingServer }

func (pricing) Quote(_ context.Context, asked *pb.QuoteRequest) (*pb.QuoteReply, error) {
	each, known := cents[asked.Sku]
	if !known {
		return nil, status.Errorf(codes.NotFound, "no price for %q", asked.Sku)
	}
	sum := each * int64(asked.Quantity)
	if asked.Quantity >= 10 {
		sum = sum * 9 / 10
	}
	return &pb.QuoteReply{Cents: sum}, nil
}

func main() {
	listener, err := net.Listen("tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	pb.RegisterPricingServer(server, pricing{})
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	go func() {
		<-serve.Context().Done()
		server.GracefulStop()
	}()
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
