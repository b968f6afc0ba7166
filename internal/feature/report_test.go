package feature

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// errs returns what trying features came to, when all but some are there.
func errs(missing map[*Feature]error) func(*Feature) error {
	return func(f *Feature) error {
		if reason := missing[f]; reason != nil {
			return &Error{Name: f.Name, Reason: reason, Hint: "mend " + f.Name}
		}
		return nil
	}
}

func TestVerdict(t *testing.T) {
	no := errors.New("no")
	const both = "Labs can run here: as root in the host's namespaces, and without root in sandboxes."
	for _, test := range []struct {
		name      string
		placement Placement
		sandboxed bool
		missing   map[*Feature]error
		can       bool
		want      string
	}{
		{"all", Default, false, nil, true, both},
		{"root only", Default, false, map[*Feature]error{Rootless: no}, true, "Labs can run here, as root. Without root they can't:\n" +
			"  user namespaces: no\n    mend user namespaces"},
		{"root only, and not wanted", Sandbox, true, map[*Feature]error{Rootless: no}, false, "Labs can't run here that way:\n" +
			"  user namespaces: no\n    mend user namespaces"},
		{"a user", Default, true, map[*Feature]error{Root: no}, true, "Labs can run here, without root."},
		{"a user who wants more", Host, false, map[*Feature]error{Root: no}, false, "Labs can't run here that way:\n  root: no\n    mend root"},
		{"root without mounts", Default, false, map[*Feature]error{Root: no}, true, "Labs can run here, with --rootless."},
		{
			"nothing", Default, true,
			map[*Feature]error{Root: no, Rootless: no, Veth: &untriedError{no}},
			false,
			"Labs can't run here. Fix one of these:\n  root: no\n    mend root\n  user namespaces: no\n    mend user namespaces",
		},
		{"no veth", Default, false, map[*Feature]error{Veth: no}, false, "Labs can't run here.\n  veth: no\n    mend veth"},
		{"no names", Default, false, map[*Feature]error{Names: no}, false, "Labs can't run here.\n  names: no\n    mend names"},
		{"names not tried", Default, false, map[*Feature]error{Names: &untriedError{no}}, true, both},
		{"no switches", Default, false, map[*Feature]error{Bridge: no, IPv6: no, Wireguard: no}, true, both + "\n" +
			"Missing features that labs may use: ipv6, bridge."},
	} {
		r := laptop().machine(t).report(test.placement, test.sandboxed, errs(test.missing), nil)
		if d := cmp.Diff(test.want, strings.Join(r.Verdict, "\n")); d != "" || r.CanRun != test.can {
			t.Errorf("%s: can run: %v, verdict (-want +got):\n%s", test.name, r.CanRun, d)
		}
	}
}

// find returns a check of a report.
func find(t *testing.T, r *Report, name string) Check {
	t.Helper()
	for _, g := range r.Groups {
		if i := slices.IndexFunc(g.Checks, func(c Check) bool { return c.Name == name }); i >= 0 {
			return g.Checks[i]
		}
	}
	t.Fatalf("no check is called %s", name)
	return Check{}
}

func TestReportChecks(t *testing.T) {
	m := laptop().asRoot().with(files{sysctlUserns: "0", "/.dockerenv": "", "/proc/self/uid_map": "0 1001 1"}).machine(t)
	r := m.report(Default, false, errs(map[*Feature]error{Netem: syscall.ENOENT, Veth: &untriedError{errors.New("why")}}), []Check{{Name: "iproute2"}})
	for _, want := range []Check{
		{Name: "netem", State: Missing, Use: Netem.Use, Since: "2.6.8", Reason: "no such file or directory", Fix: "mend netem"},
		{Name: "veth", State: Unknown, Use: "cables", Used: true, Since: "2.6.24", Reason: "not tried: why", Fix: "mend veth"},
		{Name: "dummy", State: OK, Use: "interfaces without a link", Used: true, Since: "2.4", Found: "module dummy is on disk; not loaded, since loading it adds dummy0 to the host namespace"},
		{
			Name: "user namespaces", State: Limited, Use: Rootless.Use, Used: true, Since: "5.8",
			Reason: "for root only: kernel.unprivileged_userns_clone is 0", Fix: "sysctl -w kernel.unprivileged_userns_clone=1",
		},
		{Name: "container", State: OK, Found: "docker"},
		{Name: "user namespace", State: OK, Found: "root in here is uid 1001 outside"},
		{Name: "iproute2", State: OK},
	} {
		if d := cmp.Diff(want, find(t, r, want.Name)); d != "" {
			t.Errorf("%s (-want +got):\n%s", want.Name, d)
		}
	}
	if r.Kernel != "6.1.0-56-amd64" || r.System != "Debian GNU/Linux 12 (bookworm)" || r.Container != "docker" {
		t.Errorf("kernel %q, system %q, container %q", r.Kernel, r.System, r.Container)
	}
}

func TestLimits(t *testing.T) {
	thresholds := func(family, one, two, three string) files {
		dir := "/proc/sys/net/" + family + "/neigh/default/gc_thresh"
		return files{dir + "1": one, dir + "2": two, dir + "3": three}
	}
	limits := func(open, processes string) files {
		return files{"/proc/self/limits": "Limit                     Soft Limit           Hard Limit           Units     \n" +
			"Max processes             " + processes + "                96365                processes \n" +
			"Max open files            " + open + "                20000                files     \n"}
	}
	for _, test := range []struct {
		name   string
		files  files
		check  string
		state  State
		found  string
		remedy string
	}{
		{"enough files", laptop().with(limits("20000", "96365")), "open files", "", "20000", ""},
		{"few files", laptop().with(limits("256", "96365")), "open files", Limited, "256", "ulimit -n 16384, by root or below the hard limit"},
		{"no limit of files", laptop().with(limits("unlimited", "96365")), "open files", "", "no limit", ""},
		{
			"the lowest counts", laptop().with(limits("1", "unlimited")).with(files{"/proc/sys/kernel/pid_max": "32768", "/proc/sys/kernel/threads-max": "100"}),
			"processes", Limited, "100", "sudo sysctl -w kernel.threads-max=32768",
		},
		{
			"user's processes", laptop().with(limits("1", "64")).with(files{"/proc/sys/kernel/pid_max": "32768"}),
			"processes", Limited, "64", "ulimit -u 4096, by root or below the hard limit",
		},
		{"namespaces", laptop().with(files{"/proc/sys/user/max_net_namespaces": "96365"}), "net namespaces", "", "96365", ""},
		{
			"no user namespaces", laptop().asRoot().with(files{"/proc/sys/user/max_user_namespaces": "0"}),
			"user namespaces", Limited, "0", "sysctl -w user.max_user_namespaces=15000",
		},
		{"not seen", laptop(), "net namespaces", "", "not readable here", ""},
		{
			"root's neighbours", laptop().asRoot().with(thresholds("ipv4", "128", "512", "1024")),
			"ipv4 neighbours", "", "1024 (gc_thresh1–3: 128 512 1024)", "",
		},
		{
			"neighbours", laptop().with(thresholds("ipv6", "128", "512", "1024")), "ipv6 neighbours", Limited, "1024 (gc_thresh1–3: 128 512 1024)",
			"for labs of more than 30 nodes: sudo sysctl -w net.ipv6.neigh.default.gc_thresh2=8192 net.ipv6.neigh.default.gc_thresh3=16384",
		},
		{"many neighbours", laptop().with(thresholds("ipv4", "1", "2", "400000")), "ipv4 neighbours", "", "400000 (gc_thresh1–3: 1 2 400000)", ""},
		{"neighbours of another namespace", laptop(), "ipv4 neighbours", "", "not readable here", ""},
		{
			"memory", laptop().with(files{"/proc/meminfo": "MemTotal:       24683392 kB\nMemAvailable:    8000000 kB\n"}),
			"memory", "", "8000 MB free, for some 20000 nodes", "",
		},
		{
			"little memory", laptop().with(files{"/proc/meminfo": "MemAvailable: 100000 kB\n"}),
			"memory", Limited, "100 MB free, for some 300 nodes", "end other programs",
		},
	} {
		list := test.files.machine(t).limits()
		i := slices.IndexFunc(list, func(c Check) bool { return c.Name == test.check })
		if c := list[i]; c.State != test.state || c.Found != test.found || c.Fix != test.remedy {
			t.Errorf("%s: %+v", test.name, c)
		}
	}
}

func TestInstall(t *testing.T) {
	for id, want := range map[string]string{
		"debian": "sudo apt install iproute2", "fedora": "sudo dnf install iproute", "alpine": "sudo apk add iproute2",
		"arch": "sudo pacman -S iproute2", "nixos": "the package iproute2",
	} {
		m := laptop().with(files{"/etc/os-release": "ID=" + id}).machine(t)
		if got := m.install("iproute2"); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}
