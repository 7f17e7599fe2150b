package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// A kind is one resource type of the provider.
type kind struct {
	size     resource.PropertyKey // the required length, if the kind has one
	inputs   []resource.PropertyKey
	outputs  []resource.PropertyKey
	secret   bool // the outputs are secret
	defaults resource.PropertyMap
	// create draws the outputs and returns the resource's id.
	create func(inputs, outputs resource.PropertyMap) (string, error)
}

var characters = []struct {
	use, min resource.PropertyKey
	set      string
}{
	{"lower", "minLower", "abcdefghijklmnopqrstuvwxyz"},
	{"upper", "minUpper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"numeric", "minNumeric", "0123456789"},
	{"special", "minSpecial", "!@#$%&*()-_=+[]{}<>:?"},
}

var (
	stringInputs = []resource.PropertyKey{"keepers", "length", "overrideSpecial", "number",
		"lower", "upper", "numeric", "special", "minLower", "minUpper", "minNumeric", "minSpecial"}
	stringDefaults = resource.PropertyMap{
		"lower": yes, "upper": yes, "numeric": yes, "special": yes, "number": yes,
		"minLower": zero, "minUpper": zero, "minNumeric": zero, "minSpecial": zero,
	}
	yes, zero = resource.NewProperty(true), resource.NewProperty(0.0)
)

var kinds = map[string]kind{
	"random:index/randomBytes:RandomBytes": {
		size: "length", inputs: []resource.PropertyKey{"keepers", "length"},
		outputs: []resource.PropertyKey{"base64", "hex"}, secret: true, create: randomBytes,
	},
	"random:index/randomId:RandomId": {
		size: "byteLength", inputs: []resource.PropertyKey{"keepers", "byteLength", "prefix"},
		outputs: []resource.PropertyKey{"b64Std", "b64Url", "dec", "hex"}, create: randomID,
	},
	"random:index/randomPassword:RandomPassword": {
		size: "length", inputs: stringInputs, defaults: stringDefaults,
		outputs: []resource.PropertyKey{"result", "bcryptHash"}, secret: true,
		create: func(in, out resource.PropertyMap) (string, error) {
			result, err := randomString(in)
			out["result"], out["bcryptHash"] = resource.NewProperty(result), resource.NewProperty("")
			return "none", err
		},
	},
	"random:index/randomString:RandomString": {
		size: "length", inputs: stringInputs, defaults: stringDefaults,
		outputs: []resource.PropertyKey{"result"},
		create: func(in, out resource.PropertyMap) (string, error) {
			result, err := randomString(in)
			out["result"] = resource.NewProperty(result)
			return result, err
		},
	},
	"random:index/randomUuid:RandomUuid": {
		inputs: []resource.PropertyKey{"keepers"}, outputs: []resource.PropertyKey{"result"},
		create: func(_, out resource.PropertyMap) (string, error) {
			id, err := uuid.NewRandom()
			out["result"] = resource.NewProperty(id.String())
			return id.String(), err
		},
	},
}

// check returns what is wrong with the inputs, by property. What is not known yet is not judged.
func (k kind) check(inputs resource.PropertyMap) map[string]string {
	wrong := map[string]string{}
	known := map[resource.PropertyKey]bool{}
	for _, key := range k.inputs {
		known[key] = true
	}
	for key := range inputs {
		if !known[key] && key != "__defaults" {
			wrong[string(key)] = "no such property"
		}
	}
	if k.size == "" {
		return wrong
	}
	size := plainOf(inputs)[k.size]
	switch {
	case size.IsComputed():
	case !size.IsNumber():
		wrong[string(k.size)] = "a number is required"
	case size.NumberValue() < 1:
		wrong[string(k.size)] = "must be at least 1"
	default:
		least := 0.0
		for _, c := range characters {
			least += numberOf(inputs, c.min)
		}
		if size.NumberValue() < least {
			wrong[string(k.size)] = fmt.Sprintf("must be at least %g, the sum of the minimums", least)
		}
	}
	return wrong
}

func numberOf(m resource.PropertyMap, key resource.PropertyKey) float64 {
	if v := plainOf(m)[key]; v.IsNumber() {
		return v.NumberValue()
	}
	return 0
}

func off(m resource.PropertyMap, key resource.PropertyKey) bool {
	v := m[key]
	return v.IsBool() && !v.BoolValue()
}

func draw(n float64) ([]byte, error) {
	b := make([]byte, int(n))
	_, err := rand.Read(b)
	return b, err
}

func randomBytes(in, out resource.PropertyMap) (string, error) {
	b, err := draw(numberOf(in, "length"))
	out["base64"] = resource.NewProperty(base64.StdEncoding.EncodeToString(b))
	out["hex"] = resource.NewProperty(hex.EncodeToString(b))
	return "none", err
}

func randomID(in, out resource.PropertyMap) (string, error) {
	b, err := draw(numberOf(in, "byteLength"))
	prefix := ""
	if p := in["prefix"]; p.IsString() {
		prefix = p.StringValue()
	}
	id := base64.RawURLEncoding.EncodeToString(b)
	out["b64Std"] = resource.NewProperty(prefix + base64.StdEncoding.EncodeToString(b))
	out["b64Url"] = resource.NewProperty(prefix + id)
	out["dec"] = resource.NewProperty(prefix + new(big.Int).SetBytes(b).String())
	out["hex"] = resource.NewProperty(prefix + hex.EncodeToString(b))
	return id, err
}

// randomString draws the minimum of each set first, the rest from all sets together, and then shuffles.
func randomString(in resource.PropertyMap) (string, error) {
	all, result := "", []byte{}
	for _, c := range characters {
		set := c.set
		if special := in["overrideSpecial"]; c.use == "special" && special.IsString() && special.StringValue() != "" {
			set = special.StringValue()
		}
		if off(in, c.use) || c.use == "numeric" && off(in, "number") { // "number" is its old name
			continue
		}
		all += set
		if err := pick(&result, set, int(numberOf(in, c.min))); err != nil {
			return "", err
		}
	}
	if all == "" {
		return "", fmt.Errorf("no character set is allowed")
	}
	if err := pick(&result, all, int(numberOf(in, "length"))-len(result)); err != nil {
		return "", err
	}
	for i := len(result) - 1; i > 0; i-- {
		j, err := below(i + 1)
		if err != nil {
			return "", err
		}
		result[i], result[j] = result[j], result[i]
	}
	return string(result), nil
}

func pick(to *[]byte, set string, n int) error {
	for range n {
		i, err := below(len(set))
		if err != nil {
			return err
		}
		*to = append(*to, set[i])
	}
	return nil
}

func below(n int) (int, error) {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0, err
	}
	return int(i.Int64()), nil
}
