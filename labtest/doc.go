// Package labtest makes labs for tests.
package labtest
