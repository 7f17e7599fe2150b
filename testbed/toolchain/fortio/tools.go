//go:build tools

// Package tools pins, in go.mod, what toolchain/build makes of this module.
package tools

import _ "fortio.org/fortio"
