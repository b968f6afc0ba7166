// Package kerneltest says what drawn labs can't have on this kernel.
package kerneltest
