package importer

import (
	"maps"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// sysctl follows sysctl(8): it sets, loads files or shows.
func (d *Draft) sysctl(c shell.Command) shell.Result {
	if files, ok := d.sysctlFiles(c); ok {
		return d.loadSysctls(c, files)
	}
	if !slices.ContainsFunc(c.Words[1:], func(w string) bool { return strings.Contains(w, "=") }) {
		return d.showSysctls(c)
	}
	list := settings(c.Words[1:])
	r := d.setSysctls(c, list)
	if r.Status == 0 {
		r.Out = echoed(c.Words[1:], list)
	}
	return r
}

func (d *Draft) setSysctls(c shell.Command, list []string) shell.Result {
	var last shell.Result
	for _, setting := range list {
		d.rememberSysctl(c.Where, setting)
		last = d.apply(c, []string{"sysctl", "-w", canonical(setting)})
	}
	return last
}

// canonical returns a setting as the kernel shows it.
func canonical(setting string) string {
	key, value, ok := strings.Cut(setting, "=")
	if !ok {
		return setting
	}
	key, value = state.CanonicalSysctl(state.SysctlKey(strings.TrimSpace(key)), value)
	return key + "=" + value
}

// echoed returns what sysctl prints of the settings that it writes.
func echoed(words, list []string) string {
	options := strings.Join(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !strings.HasPrefix(w, "-") }), " ")
	var b strings.Builder
	for _, setting := range list {
		key, value, _ := strings.Cut(setting, "=")
		switch {
		case strings.Contains(options, "q"):
		case strings.Contains(options, "n") && !strings.Contains(options, "ignore"):
			b.WriteString(value + "\n")
		default:
			b.WriteString(state.SysctlKey(key) + " = " + value + "\n")
		}
	}
	return b.String()
}

// sysctlFiles returns the files that a command loads. False: it loads none.
func (d *Draft) sysctlFiles(c shell.Command) (files []string, ok bool) {
	var others []string
	for _, w := range c.Words[1:] {
		switch {
		case w == "--system":
			d.commands++
			d.note(c, "the settings of the machine are not imported")
			return d.systemSysctls(c.Where), true
		case w == "-p" || w == "-f" || w == "--load":
			ok = true
		case strings.HasPrefix(w, "-p") || strings.HasPrefix(w, "-f"):
			files, ok = append(files, w[2:]), true
		case strings.HasPrefix(w, "--load="):
			files, ok = append(files, strings.TrimPrefix(w, "--load=")), true
		case w == "-" || !strings.HasPrefix(w, "-"):
			others = append(others, w)
		case !strings.HasPrefix(w, "--") && strings.HasSuffix(w, "p"): // such as -qp
			ok = true
		}
	}
	if files = append(files, others...); ok && len(files) == 0 {
		files = []string{"/etc/sysctl.conf"}
	}
	return files, ok
}

// systemSysctls returns the files of the system that the script has written, in the order
// in which sysctl --system reads them.
func (d *Draft) systemSysctls(where string) []string {
	var files []string
	for _, key := range slices.SortedFunc(maps.Keys(d.files), func(a, b fileKey) int { return strings.Compare(a.name, b.name) }) {
		f := d.files[key]
		if key == d.fileKey(where, key.name) && !f.deleted && !f.folder && below(key.name, "/etc/sysctl.d", "/run/sysctl.d") && strings.HasSuffix(key.name, ".conf") {
			files = append(files, key.name)
		}
	}
	const last = "/etc/sysctl.conf"
	if f, ok := d.files[d.fileKey(where, last)]; ok && !f.deleted {
		files = append(files, last)
	}
	return files
}

// loadSysctls follows files of settings, see sysctl.conf(5): comments begin with # or ;,
// and the errors of a line that begins with - are ignored.
func (d *Draft) loadSysctls(c shell.Command, files []string) shell.Result {
	for _, file := range files {
		text, ok := d.commandsOf(c, file)
		if !ok {
			continue
		}
		for line := range strings.SplitSeq(text, "\n") {
			line, ignoresErrors := strings.CutPrefix(strings.TrimSpace(line), "-")
			key, value, set := strings.Cut(line, "=")
			if key = strings.TrimSpace(key); !set || key == "" || key[0] == '#' || key[0] == ';' {
				continue
			}
			if exists, known := d.sysctlExists(c.Where, strings.ReplaceAll(state.SysctlKey(key), ".", "/")); ignoresErrors && (!exists || !known) {
				d.commands++
				d.noteLost(c.At, c.Where, "-"+line, "it is unknown whether the machine has this setting")
				continue
			}
			d.setSysctls(c, []string{key + "=" + strings.TrimSpace(value)})
		}
	}
	return shell.Result{}
}

// settings returns the arguments of sysctl as key=value, one word each.
func settings(words []string) []string {
	var list []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case strings.HasPrefix(w, "-"):
		case w == "=" && len(list) > 0 && i+1 < len(words):
			i++
			list[len(list)-1] += "=" + words[i]
		case strings.HasSuffix(w, "=") && i+1 < len(words):
			i++
			list = append(list, w+words[i])
		default:
			list = append(list, w)
		}
	}
	return list
}
