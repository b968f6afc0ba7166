//go:build linux

package kernel_test

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Listening sockets are found with their processes; connected sockets and those of
// other namespaces are not.
func TestSockets(t *testing.T) {
	ns := emptyNamespace(t)
	up := plan.SetLink{Link: state.Endpoint{Namespace: ns, Link: state.Lo}, Up: new(true)}
	if err := kernel.Apply(t.Context(), plan.Plan{up}, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	held := []func() (int, error){
		func() (int, error) {
			return bound(unix.AF_INET, unix.SOCK_STREAM, &unix.SockaddrInet4{Port: 4001, Addr: [4]byte{127, 0, 0, 1}})
		},
		func() (int, error) { return bound(unix.AF_INET6, unix.SOCK_STREAM, &unix.SockaddrInet6{Port: 4002}) },
		func() (int, error) { return bound(unix.AF_INET, unix.SOCK_DGRAM, &unix.SockaddrInet4{Port: 4003}) },
		func() (int, error) { return bound(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: "@vtest"}) },
		func() (int, error) {
			return unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
		},
		func() (int, error) {
			return bound(unix.AF_INET6, unix.SOCK_RAW, &unix.SockaddrInet6{Addr: [16]byte{15: 1}})
		},
	}
	err := netns.Do(ns, func() error {
		for _, open := range held {
			fd, err := open()
			if err != nil {
				return err
			}
			t.Cleanup(func() { unix.Close(fd) })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0") // outside
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	list, err := kernel.Sockets(ns)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range list {
		where := s.Local.String()
		if s.Protocol == "unix" {
			where = s.Path
		}
		got = append(got, s.Protocol+" "+where)
		if !slices.ContainsFunc(s.Processes, func(p dump.Process) bool { return p.PID == os.Getpid() && p.Name != "" }) {
			t.Errorf("%s: held by %v, not by %d", where, s.Processes, os.Getpid())
		}
	}
	want := []string{"tcp 127.0.0.1:4001", "tcp [::]:4002", "udp 0.0.0.0:4003", "raw 0.0.0.0:1", "raw [::1]:58", "unix @vtest"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// bound opens a socket that receives at an address.
func bound(family, typ int, at unix.Sockaddr) (int, error) {
	protocol := 0
	if typ == unix.SOCK_RAW {
		protocol = unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(family, typ|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return -1, err
	}
	if err := unix.Bind(fd, at); err != nil {
		return -1, err
	}
	if typ == unix.SOCK_STREAM {
		err = unix.Listen(fd, 1)
	}
	return fd, err
}

// Settings returns only changed sysctls.
func TestSettings(t *testing.T) {
	ns := emptyNamespace(t)
	list, err := kernel.ChangedSysctls(ns)
	if err != nil || len(list) != 0 {
		t.Errorf("a new namespace has %v, %v", list, err)
	}
	set := map[string]string{
		"net.ipv4.conf.lo.rp_filter": "2", "net.ipv4.ip_default_ttl": "77", "net.ipv4.neigh.lo.gc_stale_time": "33",
	}
	err = netns.Do(ns, func() error {
		for key, value := range set {
			if err := os.WriteFile("/proc/sys/"+strings.ReplaceAll(key, ".", "/"), []byte(value), 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, err = kernel.ChangedSysctls(ns); err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if set[s.Key] != s.Value || s.Default == "" || s.Default == s.Value {
			t.Errorf("%+v was not set", s)
		}
		delete(set, s.Key)
	}
	if len(set) > 0 {
		t.Errorf("not found: %v", set)
	}
}
