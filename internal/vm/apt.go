package vm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// An archive is what apt knows of one release of Debian, kept in a folder of
// its own: the host's lists and packages are neither read nor changed.
type archive struct{ dir string }

// download downloads the packages of a suite's kernel into a folder below dir,
// and returns their files.
func download(ctx context.Context, dir, suite string) ([]string, error) {
	a := archive{filepath.Join(dir, "apt")}
	if err := a.create(ctx, suite); err != nil {
		return nil, err
	}
	if _, err := a.apt(ctx, "apt-get", "-qq", "update"); err != nil {
		return nil, err
	}
	names, err := a.kernelPackages(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := a.apt(ctx, "apt-get", append([]string{"-qq", "download"}, names...)...); err != nil {
		return nil, err
	}
	return filepath.Glob(filepath.Join(a.dir, "*.deb"))
}

// create makes the folders that apt wants, and a list with one source.
func (a archive) create(ctx context.Context, suite string) error {
	for _, sub := range []string{"lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(a.dir, sub), 0o755); err != nil {
			return err
		}
	}
	mirror, err := mirror(ctx)
	if err != nil {
		return err
	}
	line := fmt.Sprintf("deb [arch=amd64 signed-by=%s] %s %s main\n", keyring, mirror, suite)
	return errors.Join(
		os.WriteFile(filepath.Join(a.dir, "sources.list"), []byte(line), 0o644),
		os.WriteFile(filepath.Join(a.dir, "status"), nil, 0o644), // nothing is installed
	)
}

// keyring is a file of the package debian-archive-keyring.
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// mirror returns the address of Debian's packages that the machine uses.
func mirror(ctx context.Context) (string, error) {
	out, err := output(exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"))
	if err != nil {
		return "", err
	}
	for address := range strings.FieldsSeq(out) {
		if path.Base(address) == "debian" {
			return address, nil
		}
	}
	return "", errors.New("no source of apt ends with /debian (want a mirror of Debian in sources.list)")
}

// apt runs a program of apt's on this archive alone.
func (a archive) apt(ctx context.Context, program string, args ...string) (string, error) {
	options := []string{
		"-o", "Dir::Etc::SourceList=" + filepath.Join(a.dir, "sources.list"), "-o", "Dir::Etc::SourceParts=/dev/null",
		"-o", "Dir::Etc::Preferences=/dev/null", "-o", "Dir::Etc::PreferencesParts=/dev/null",
		"-o", "Dir::State::Lists=" + filepath.Join(a.dir, "lists"), "-o", "Dir::State::Status=" + filepath.Join(a.dir, "status"),
		"-o", "Dir::Cache=" + filepath.Join(a.dir, "cache"),
		"-o", "APT::Architecture=amd64", "-o", "APT::Architectures=amd64",
		"-o", "APT::Sandbox::User=root", // an account of apt's own can't write here
		"-o", "Acquire::Languages=none", "-o", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
		"-o", "APT::Update::Post-Invoke=", "-o", "APT::Update::Post-Invoke-Success=",
	}
	cmd := exec.CommandContext(ctx, program, append(options, args...)...)
	cmd.Dir = a.dir
	return output(cmd)
}

// metaPackage depends on the current kernel of its release.
const metaPackage = "linux-image-amd64"

// kernelPackages returns the packages with the files of the current kernel: one
// up to 6.16 or so, then one each for the image and the modules.
func (a archive) kernelPackages(ctx context.Context) ([]string, error) {
	var found []string
	for todo := []string{metaPackage}; len(todo) > 0; todo = todo[1:] {
		out, err := a.apt(ctx, "apt-cache", "depends", "--important", todo[0])
		if err != nil {
			return nil, err
		}
		for _, name := range kernelDepends(out) {
			if !slices.Contains(found, name) {
				found, todo = append(found, name), append(todo, name)
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("package %q depends on no kernel", metaPackage)
	}
	return found, nil
}

// kernelDepends returns the packages with files of a kernel that apt-cache
// names as depended on.
func kernelDepends(out string) []string {
	line := regexp.MustCompile(`(?m)^[ |]*Depends: (linux-(?:image|binary|modules|base)-[0-9]\S*)$`)
	var names []string
	for _, match := range line.FindAllStringSubmatch(out, -1) {
		names = append(names, match[1])
	}
	return names
}

// output runs a command and returns what it prints. Its errors have what it
// said.
func output(cmd *exec.Cmd) (string, error) {
	said := new(strings.Builder)
	cmd.Stderr = said
	out, err := cmd.Output()
	if err != nil && said.Len() > 0 {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Base(cmd.Path), err)
	}
	return string(out), nil
}
