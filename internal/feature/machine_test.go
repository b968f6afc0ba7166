package feature

import (
	"compress/gzip"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// files are those of a pretended machine, by path. A path that ends in / is a
// folder.
type files map[string]string

// laptop is a machine on which nothing is missing, and an ordinary user on it.
func laptop() files {
	return files{
		"/etc/os-release":               "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
		"/proc/sys/kernel/osrelease":    "6.1.0-56-amd64\n",
		"/proc/sys/kernel/cap_last_cap": "40\n",
		"/proc/modules":                 "",
		"/proc/self/ns/net":             "",
		"/proc/self/ns/user":            "",
		"/proc/self/uid_map":            "         0          0 4294967295\n",
		"/proc/self/mountinfo":          "27 1 254:0 / / rw - ext4 /dev/vda rw\n22 27 0:21 / /proc rw - proc proc rw\n",
		"/proc/self/status":             status(stranger, "0000000000000000", 0),
		"/lib/modules/6.1.0-56-amd64/modules.dep": "kernel/drivers/net/dummy.ko:\nkernel/net/8021q/8021q.ko.xz: kernel/net/802/mrp.ko.xz\n" +
			"kernel/net/sched/sch_netem.ko:\n",
	}
}

// stranger is the id of a user that no machine has.
const stranger = "4200000"

// allCaps is what root has in effect.
const allCaps = "000001ffffffffff"

// status is a part of /proc/self/status.
func status(uid, caps string, seccomp int) string {
	return "Name:\tvethlab\nUid:\t" + strings.Repeat("\t"+uid, 4)[1:] + "\nCapEff:\t" + caps +
		"\nSeccomp:\t" + string(rune('0'+seccomp)) + "\nSeccomp_filters:\t0\n"
}

// with puts others in the place of files; "-" takes one away.
func (f files) with(others files) files {
	maps.Copy(f, others)
	return f
}

func (f files) asRoot() files {
	return f.with(files{"/proc/self/status": status("0", allCaps, 0)})
}

// machine lays the files out.
func (f files) machine(t *testing.T) *machine {
	t.Helper()
	root := t.TempDir()
	for path, text := range f {
		if text == "-" {
			continue
		}
		full := filepath.Join(root, path)
		dir := filepath.Dir(full)
		if strings.HasSuffix(path, "/") {
			dir = full
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if dir == full {
			continue
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return &machine{root}
}

func TestOlderThan(t *testing.T) {
	for _, test := range []struct {
		running, version string
		want             bool
	}{
		{"6.1.0-56-amd64", "6.6", true},
		{"6.1.0-56-amd64", "6.1", false},
		{"5.4.0", "5.10", true}, // not as text
		{"6.18.44-fc-v595", "5.6", false},
		{"4.19.0+", "4.19", false},
		{"6.12", "6.12.1", true},
		{"", "5.6", false}, // nobody knows
		{"6.1.0", "", false},
	} {
		m := files{"/proc/sys/kernel/osrelease": test.running}.machine(t)
		if got := m.olderThan(test.version); got != test.want {
			t.Errorf("%q older than %q: %v", test.running, test.version, got)
		}
	}
}

func TestContainer(t *testing.T) {
	for name, f := range map[string]files{
		"":               {},
		"docker":         {"/.dockerenv": ""},
		"podman":         {"/run/.containerenv": "engine=podman"},
		"kubernetes":     {"/run/secrets/kubernetes.io/": "", "/.dockerenv": ""},
		"systemd-nspawn": {"/run/systemd/container": "systemd-nspawn\n"},
	} {
		if got := f.machine(t).container(); got != name {
			t.Errorf("%v: %q, want %q", f, got, name)
		}
	}
	if got := (files{"/run/systemd/container": "wsl"}).machine(t).container(); got != "" {
		t.Errorf("WSL is %q, and no container", got)
	}
}

func TestUser(t *testing.T) {
	for _, test := range []struct {
		name         string
		files        files
		caps, mapped string
		trueRoot     bool
	}{
		{"a user", laptop(), "none that labs can use", "", false},
		{"root", laptop().asRoot(), "all that labs can use", "", true},
		{
			"root of a container", laptop().with(files{"/proc/self/status": status("0", "00000000a80425fb", 2)}),
			"CAP_NET_RAW", "", true,
		},
		{
			"root without one", laptop().with(files{"/proc/self/status": status("0", "000001fffeffffff", 0)}),
			"all that labs can use but CAP_SYS_RESOURCE", "", true,
		},
		{
			"root of a user namespace", laptop().asRoot().with(files{"/proc/self/uid_map": "0 1001 1\n"}),
			"all that labs can use", "uid 1001", false,
		},
		{"nobody's user namespace", laptop().with(files{"/proc/self/uid_map": ""}), "none that labs can use", "nobody", false},
		{"an old kernel's root", laptop().with(files{
			"/proc/self/status": status("0", "0000003fffffffff", 0), "/proc/sys/kernel/cap_last_cap": "37",
		}), "all that labs can use", "", true},
	} {
		m := test.files.machine(t)
		if got := m.capsFound(); got != test.caps {
			t.Errorf("%s: capabilities %q, want %q", test.name, got, test.caps)
		}
		if got := m.mapped(); got != test.mapped {
			t.Errorf("%s: mapped to %q, want %q", test.name, got, test.mapped)
		}
		if got := m.trueRoot(); got != test.trueRoot {
			t.Errorf("%s: true root: %v", test.name, got)
		}
	}
}

func TestFixModule(t *testing.T) {
	netem := &Feature{Name: "netem", Since: "2.6.8", module: "sch_netem", option: "NET_SCH_NETEM"}
	wireguard := &Feature{Name: "wireguard", Since: "5.6", module: "wireguard", option: "WIREGUARD"}
	filtering := &Feature{Name: "vlan filtering", Since: "3.9", option: "BRIDGE_VLAN_FILTERING"}
	const dir = "/lib/modules/6.1.0-56-amd64/modules.dep"
	for _, test := range []struct {
		name    string
		feature *Feature
		files   files
		want    string
	}{
		{"on disk", netem, laptop(), "sudo modprobe sch_netem"},
		{"on disk, root", netem, laptop().asRoot(), "modprobe sch_netem"},
		{"module of another name", &Feature{module: "8021q", option: "VLAN_8021Q"}, laptop(), "sudo modprobe 8021q"},
		{
			"old kernel", wireguard, laptop().with(files{"/proc/sys/kernel/osrelease": "5.4.0-150-generic"}),
			"Linux 5.6 or later: this is 5.4.0-150-generic",
		},
		{
			"built without", wireguard, laptop().with(files{"/boot/config-6.1.0-56-amd64": "#\n# CONFIG_WIREGUARD is not set\n"}),
			"a kernel with CONFIG_WIREGUARD: this one was built without it",
		},
		{
			"built with, and not on disk", wireguard, laptop().with(files{"/boot/config-6.1.0-56-amd64": "#\nCONFIG_WIREGUARD=m\n"}),
			"a kernel with CONFIG_WIREGUARD",
		},
		{"in no module", filtering, laptop(), "a kernel with CONFIG_BRIDGE_VLAN_FILTERING"},
		{
			"no modules at all", wireguard, laptop().with(files{"/proc/modules": "-"}),
			"a kernel with CONFIG_WIREGUARD: this one loads no modules",
		},
		{
			"modules switched off", netem, laptop().with(files{"/proc/sys/kernel/modules_disabled": "1\n"}),
			"load the module sch_netem before kernel.modules_disabled is set: it is 1 until the next boot",
		},
		{
			"container", netem, laptop().with(files{"/.dockerenv": "", dir: "-"}),
			"on the machine that the container runs on: sudo modprobe sch_netem",
		},
		{
			"ubuntu", wireguard, laptop().with(files{"/etc/os-release": "ID=ubuntu\nID_LIKE=debian\n"}),
			"sudo apt install linux-modules-extra-6.1.0-56-amd64",
		},
		{
			"made of ubuntu", wireguard, laptop().with(files{"/etc/os-release": "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"}),
			"sudo apt install linux-modules-extra-6.1.0-56-amd64",
		},
		{
			"fedora", netem, laptop().with(files{"/etc/os-release": "ID=fedora\n", dir: "kernel/x.ko:\n"}),
			"sudo dnf install kernel-modules-extra-6.1.0-56-amd64",
		},
		{"alpine for virtual machines", netem, laptop().with(files{
			"/etc/os-release": "ID=alpine\n", "/proc/sys/kernel/osrelease": "6.6.1-0-virt",
		}), "sudo apk add linux-lts, and reboot: the virt kernel has few modules"},
		{"after an upgrade", netem, laptop().with(files{
			"/etc/os-release": "ID=arch\n", "/proc/sys/kernel/osrelease": "6.1.0-55-amd64",
		}), "reboot: the modules of the running kernel 6.1.0-55-amd64 were removed, as by an upgrade"},
		{
			"windows", netem, laptop().with(files{dir: "-", "/proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2"}),
			"wsl --update, for a kernel with modules",
		},
		{
			"no folder of modules", netem, laptop().with(files{dir: "-"}),
			"a kernel with CONFIG_NET_SCH_NETEM: this one has no modules in /lib/modules/6.1.0-56-amd64",
		},
	} {
		if got := test.files.machine(t).remedyModule(test.feature); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestDebianCloud(t *testing.T) {
	m := laptop().with(files{"/proc/sys/kernel/osrelease": "6.1.0-56-cloud-amd64"}).machine(t)
	got := m.remedyModule(&Feature{module: "sch_netem", option: "NET_SCH_NETEM"})
	if !strings.HasPrefix(got, "sudo apt install linux-image-") || !strings.HasSuffix(got, "the cloud kernel has few modules") {
		t.Error(got)
	}
}

func TestConfigured(t *testing.T) {
	m := laptop().machine(t)
	if got := m.configured("VETH"); got != unknownSetting {
		t.Errorf("without a configuration: %v", got)
	}
	f, err := os.Create(filepath.Join(m.root, "proc/config.gz"))
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	if _, err := z.Write([]byte("#\n# Linux\nCONFIG_VETH=y\n# CONFIG_VETH_X is not set\nCONFIG_IPV6_GRE=m\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for option, want := range map[string]setting{"VETH": on, "VETH_X": off, "IPV6_GRE": on, "GRE": off} {
		if got := m.configured(option); got != want {
			t.Errorf("CONFIG_%s: %v, want %v", option, got, want)
		}
	}
}

// A module that adds links to the machine is not loaded for the sake of knowing.
func TestAsk(t *testing.T) {
	dummy := &Feature{Name: "dummy", module: "dummy", adds: "dummy0"}
	for _, test := range []struct {
		name    string
		feature *Feature
		files   files
		asked   bool
		untried bool
	}{
		{"loading it adds nothing", &Feature{module: "dummy"}, laptop(), false, false},
		{"on disk", dummy, laptop(), true, false},
		{"loaded", dummy, laptop().with(files{"/sys/module/dummy/": ""}), false, false},
		{"not on disk", &Feature{module: "ifb", adds: "ifb0"}, laptop(), false, false},
		{"no modules at all", dummy, laptop().with(files{"/proc/modules": "-"}), false, false},
		{"modules switched off", dummy, laptop().with(files{"/proc/sys/kernel/modules_disabled": "1"}), false, false},
		{"disk not seen", dummy, laptop().with(files{"/lib/modules/6.1.0-56-amd64/modules.dep": "-"}), true, true},
	} {
		asked, err := test.feature.withoutTrying(test.files.machine(t))
		if asked != test.asked || Untried(err) != test.untried {
			t.Errorf("%s: %v, %v", test.name, asked, err)
		}
	}
}
