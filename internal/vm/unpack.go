package vm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/vm/modules"
)

// unpack unpacks packages into files and lays the kernel out in dir, as Kernel
// wants it.
func unpack(ctx context.Context, packages []string, files, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, file := range packages {
		if _, err := output(exec.CommandContext(ctx, "dpkg-deb", "-x", file, files)); err != nil {
			return err
		}
	}
	release, err := one(files, "lib/modules/*", "usr/lib/modules/*")
	if err != nil {
		return err
	}
	for pattern, name := range map[string]string{"vmlinuz-*": "vmlinuz", "config-*": "config"} {
		// In the folder of the modules in packages that leave /boot to scripts.
		file, err := one(files, "boot/"+pattern, "lib/modules/*/"+strings.TrimSuffix(pattern, "-*"), "usr/lib/modules/*/"+strings.TrimSuffix(pattern, "-*"))
		if err != nil {
			return err
		}
		if err := os.Rename(file, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := layModules(ctx, release, filepath.Join(dir, "modules")); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "release"), []byte(filepath.Base(release)+"\n"), 0o644)
}

// one returns the one file below dir that matches one of the patterns.
func one(dir string, patterns ...string) (string, error) {
	for _, pattern := range patterns {
		if files, err := filepath.Glob(filepath.Join(dir, pattern)); err != nil || len(files) == 1 {
			return strings.Join(files, ""), err
		}
	}
	return "", fmt.Errorf("cannot find %s in the kernel's packages", strings.Join(patterns, " or "))
}

// needed matches the modules that a network of namespaces, and a machine of
// QEMU's, can want: of 4,000 about 900. Drivers of cards are the most of the rest.
var needed = regexp.MustCompile(`^kernel/(net|lib|crypto|arch/x86/(crypto|lib)|drivers/(virtio|net/[^/]*\.ko|` +
	`net/(bonding|team|wireguard|ipvlan|vxlan|vrf|geneve|macsec|ifb|netdevsim|ppp|ovpn|netkit)/|char/virtio_console|block/(virtio_blk|loop)|crypto/virtio)` +
	`|fs/(9p|netfs|fscache|overlayfs|fuse|configfs))`)

// unneeded matches the modules of networks that no interface of a lab is of.
var unneeded = regexp.MustCompile(`^kernel/net/(wireless|mac80211|bluetooth|rds|tipc|sunrpc|ceph|nfc|dccp|atm|ax25|netrom|rose|can|ieee802154|mac802154|6lowpan|rxrpc|smc|x25|lapb|appletalk|qrtr)/`)

// layModules moves the modules that are needed to dir, unpacks them and writes
// their index.
func layModules(ctx context.Context, from, dir string) error {
	var list []string
	err := filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		below, _ := filepath.Rel(from, file)
		if !strings.Contains(below, ".ko") || !needed.MatchString(below) || unneeded.MatchString(below) {
			return nil
		}
		list = append(list, filepath.Join(dir, below))
		return errors.Join(os.MkdirAll(filepath.Join(dir, filepath.Dir(below)), 0o755), os.Rename(file, filepath.Join(dir, below)))
	})
	if err != nil {
		return err
	}
	if err := decompress(ctx, list); err != nil {
		return err
	}
	return writeIndex(list, dir)
}

// decompress unpacks the files that are packed: Debian's are by xz from 6.3 on.
func decompress(ctx context.Context, files []string) error {
	for suffix, command := range map[string][]string{".xz": {"xz", "-d"}, ".zst": {"zstd", "-q", "-d", "--rm"}} {
		packed := slices.DeleteFunc(slices.Clone(files), func(file string) bool { return !strings.HasSuffix(file, suffix) })
		if len(packed) == 0 {
			continue
		}
		args := append(slices.Clone(command[1:]), packed...)
		if _, err := output(exec.CommandContext(ctx, command[0], args...)); err != nil {
			return err
		}
	}
	return nil
}

func writeIndex(files []string, dir string) error {
	var list []modules.Module
	for _, file := range files {
		file = strings.TrimSuffix(strings.TrimSuffix(file, ".xz"), ".zst")
		below, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		m, err := modules.Read(file, below)
		if err != nil {
			return err
		}
		list = append(list, m)
	}
	return modules.New(list).Write(dir)
}
