// Package modules resolves a module name to the files to load, as depmod(8) and
// modprobe(8) do.
package modules

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"path"
	"strings"
)

// A Module is one module of a kernel, as its file describes it.
type Module struct {
	Path    string   // below the folder of the kernel's modules, as "kernel/net/llc/llc.ko"
	Depends []string // the names of modules whose symbols it uses
	Before  []string // the names of modules that should be loaded before it, if there are any
	Aliases []string // patterns, as in path.Match
}

// Name returns a module's name, as it is in /proc/modules.
func (m *Module) Name() string { return nameOf(m.Path) }

func nameOf(file string) string {
	name, _, _ := strings.Cut(path.Base(file), ".ko")
	return normal(name)
}

// normal returns a name as the kernel writes it: "-" and "_" are the same in
// names of modules.
func normal(name string) string { return strings.ReplaceAll(name, "-", "_") }

// Read reads the section .modinfo of the file of a module, which is not
// compressed.
func Read(file, below string) (Module, error) {
	f, err := elf.Open(file)
	if err != nil {
		return Module{}, fmt.Errorf("cannot read module %q: %w", file, err)
	}
	defer f.Close()
	section := f.Section(".modinfo")
	if section == nil {
		return Module{}, fmt.Errorf("cannot read module %q: %w", file, errors.New("no section .modinfo"))
	}
	info, err := section.Data()
	if err != nil {
		return Module{}, fmt.Errorf("cannot read module %q: %w", file, err)
	}
	return parse(info, below), nil
}

// parse reads the entries KEY=VALUE, each ended by a zero byte, of .modinfo.
func parse(info []byte, file string) Module {
	m := Module{Path: file}
	for entry := range bytes.SplitSeq(info, []byte{0}) {
		key, value, _ := strings.Cut(string(entry), "=")
		switch key {
		case "depends":
			m.Depends = append(m.Depends, names(strings.FieldsFunc(value, func(r rune) bool { return r == ',' }))...)
		case "softdep":
			m.Before = append(m.Before, before(value)...)
		case "alias":
			m.Aliases = append(m.Aliases, value)
		}
	}
	return m
}

// before returns the modules of a soft dependency, as "pre: a b post: c", that
// are loaded before the module.
func before(softdep string) []string {
	var list []string
	pre := false
	for word := range strings.FieldsSeq(softdep) {
		switch {
		case strings.HasSuffix(word, ":"):
			pre = word == "pre:"
		case pre:
			list = append(list, normal(word))
		}
	}
	return list
}

func names(words []string) []string {
	for i, word := range words {
		words[i] = normal(word)
	}
	return words
}
