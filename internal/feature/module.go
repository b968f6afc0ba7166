package feature

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// remedyModule returns how to get a feature that this kernel lacks: load or install
// the module, or boot another kernel.
func (m *machine) remedyModule(f *Feature) string {
	rebuilt := "a kernel with CONFIG_" + f.option
	switch {
	case f.option == "":
		return ""
	case m.olderThan(f.Since):
		return fmt.Sprintf("Linux %s or later: this is %s", f.Since, m.kernel())
	case m.configured(f.option) == off:
		return rebuilt + ": this one was built without it"
	case f.module == "":
		return rebuilt
	case !m.loadsModules():
		return rebuilt + ": this one loads no modules"
	case m.text(modulesDisabled) == "1":
		return fmt.Sprintf("load the module %s before kernel.modules_disabled is set: it is 1 until the next boot", f.module)
	case m.container() != "":
		return fmt.Sprintf("on the machine that the container runs on: sudo modprobe %s", f.module)
	case m.onDisk(f.module):
		return m.sudo("modprobe " + f.module)
	}
	if p := m.modulePackage(); p != "" {
		return p
	}
	if !m.exists(m.modules()) {
		return m.remedyModules(rebuilt)
	}
	return rebuilt
}

// modulesDisabled is the file of kernel.modules_disabled.
const modulesDisabled = "/proc/sys/kernel/modules_disabled"

// remedyModules is the remedy if the running kernel's modules are not on disk.
func (m *machine) remedyModules(rebuilt string) string {
	switch {
	case m.wsl():
		return "wsl --update, for a kernel with modules"
	case m.exists("/lib/modules") && !m.empty("/lib/modules"):
		return fmt.Sprintf("reboot: the modules of the running kernel %s were removed, as by an upgrade", m.kernel())
	}
	return fmt.Sprintf("%s: this one has no modules in %s", rebuilt, m.modules())
}

// modulePackage returns the command that installs the distribution's package of extra
// modules, or "". Which modules are extra differs between releases.
func (m *machine) modulePackage() string {
	release := m.kernel()
	switch {
	case m.like("ubuntu") && m.exists(m.modules()):
		return m.sudo("apt install linux-modules-extra-" + release)
	case m.like("debian") && strings.Contains(release, "-cloud-"):
		return m.sudo("apt install linux-image-"+runtime.GOARCH) + ", and reboot: the cloud kernel has few modules"
	case m.like("fedora", "rhel", "centos") && m.exists(m.modules()):
		return m.sudo("dnf install kernel-modules-extra-" + release)
	case m.like("alpine") && strings.HasSuffix(release, "-virt"):
		return m.sudo("apk add linux-lts") + ", and reboot: the virt kernel has few modules"
	}
	return ""
}

// modules returns the running kernel's module folder.
func (m *machine) modules() string { return "/lib/modules/" + m.kernel() }

func (m *machine) empty(dir string) bool {
	entries, err := os.ReadDir(filepath.Join(m.root, dir))
	return err == nil && len(entries) == 0
}

// loadsModules reports whether the kernel is built with CONFIG_MODULES.
func (m *machine) loadsModules() bool { return m.exists("/proc/modules") }

// loaded reports whether a module is loaded, or built in with parameters.
func (m *machine) loaded(module string) bool {
	return m.exists("/sys/module/" + strings.ReplaceAll(module, "-", "_"))
}

// onDisk reports whether a module is in modules.dep(5).
func (m *machine) onDisk(module string) bool {
	wanted := strings.ReplaceAll(module, "-", "_")
	for line := range strings.Lines(m.text(m.modules() + "/modules.dep")) {
		file, _, _ := strings.Cut(line, ":")
		name, _, _ := strings.Cut(path.Base(file), ".ko")
		if strings.ReplaceAll(name, "-", "_") == wanted {
			return true
		}
	}
	return false
}

// A setting is the value of a kernel configuration option.
type setting int

const (
	unknownSetting setting = iota // the configuration is not readable
	off
	on // built in or as a module
)

// configured returns an option (without CONFIG_) of the running kernel.
func (m *machine) configured(option string) setting {
	config := m.config()
	switch {
	case len(config) == 0:
		return unknownSetting
	case bytes.Contains(config, []byte("\nCONFIG_"+option+"=")):
		return on
	}
	return off
}

// config returns the configuration of the running kernel.
func (m *machine) config() []byte {
	if f, err := os.Open(filepath.Join(m.root, "/proc/config.gz")); err == nil {
		defer f.Close()
		if z, err := gzip.NewReader(f); err == nil {
			if text, err := io.ReadAll(z); err == nil {
				return text
			}
		}
	}
	return []byte(m.text("/boot/config-" + m.kernel()))
}
