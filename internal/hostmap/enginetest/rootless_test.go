//go:build linux

package enginetest

import (
	"strings"
	"testing"
)

// Rootless Podman has its bridge in a namespace that is mounted only in Podman's own
// mount namespace.
func TestPodmanRootless(t *testing.T) {
	needs := []string{"podman", "conmon", "runc", "setpriv", "newuidmap", "slirp4netns"}
	onMachine(t, needs, func(m machine) {
		m.must("sh", "-ec", `cd `+m.dir+`
			mkdir -p home tmp /run/user/4711
			chmod 755 . && chmod -R a+rX rootfs && chmod 777 tmp && chown 4711:4711 home /run/user/4711
			(cat /etc/passwd; echo vtest:x:4711:4711::`+m.dir+`/home:/bin/sh) >passwd
			(cat /etc/group; echo vtest:x:4711:) >group
			echo vtest:200000:65536 | tee subuid >subgid
			for f in passwd group subuid subgid; do touch /etc/$f; mount --bind $f /etc/$f; done
			mknod tun c 10 200 && chmod 666 tun && mkdir -p /dev/net && touch /dev/net/tun && mount --bind tun /dev/net/tun
			printf '[containers]\ndefault_ulimits=["nofile=20000:20000","nproc=10000:10000"]\n' >containers.conf
			mount --make-rshared /`)
		user := func(script string) (string, error) {
			return m.try("setpriv", "--reuid=4711", "--regid=4711", "--clear-groups", "env", "HOME="+m.dir+"/home", "XDG_RUNTIME_DIR=/run/user/4711",
				"CONTAINERS_CONF="+m.dir+"/containers.conf", "TMPDIR="+m.dir+"/tmp", "sh", "-ec",
				`cd /; podman() { command podman --runtime runc --cgroup-manager cgroupfs --storage-driver vfs --events-backend file "$@"; }; `+script)
		}
		m.Cleanup(func() {
			if out, err := user("podman rm -f -t 0 -a; podman system migrate"); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
		out, err := user(`tar -C ` + m.dir + `/rootfs -c . | podman import -c 'CMD ["/bin/sleep","1000"]' - lab/bb:1
			podman network create backend
			podman run -d --name web --network backend lab/bb:1`)
		if err != nil {
			m.Skipf("needs a Podman that works here without root: %v\n%s", err, out)
		}
		if out, err := user("podman run -d --name db --network backend lab/bb:1"); err != nil {
			m.Fatalf("%v\n%s", err, out)
		}
		hm := m.take()
		web, db := m.namespace(hm, "web", "podman"), m.namespace(hm, "db", "podman")
		middle := web.Interface("eth0").Peer.Namespace
		if !strings.HasPrefix(middle, "rootless-netns") || db.Interface("eth0").Peer.Namespace != middle {
			t.Errorf("the peer of web is %s, of db %s, want both in one rootless-netns", web.Interface("eth0").Peer, db.Interface("eth0").Peer)
		}
		tap := hm.Namespace(middle).Interface("tap0")
		if tap == nil || len(tap.HeldBy) != 1 || tap.HeldBy[0].Command != "slirp4netns" {
			t.Errorf("tap0 is %+v, want it held by slirp4netns", tap)
		}
	})
}
