package importer

import (
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
)

// notRun is why a daemon is not imported.
const notRun = "what runs in a node is not imported"

// idleVerbs are commands of systemctl and service that neither start nor end anything
// now.
const idleVerbs = ` status is-active is-enabled is-failed is-system-running list-units list-unit-files list-timers list-sockets list-dependencies
	show cat daemon-reload daemon-reexec reset-failed help get-default enable disable mask unmask preset `

// service follows systemctl VERB UNIT, service NAME VERB and scripts of /etc/init.d.
func (d *Draft) service(c shell.Command) shell.Result {
	words := slices.DeleteFunc(slices.Clone(c.Words), func(w string) bool { return strings.HasPrefix(w, "-") })
	verb := ""
	switch name := path.Base(c.Words[0]); {
	case name == "service" && len(words) > 2:
		verb = words[2]
	case name != "service" && len(words) > 1: // systemctl, and a script of /etc/init.d
		verb = words[1]
	}
	if verb == "" || inList(idleVerbs, verb) && !slices.Contains(c.Words, "--now") {
		return unrelated(c)
	}
	d.commands++
	d.note(c, notRun)
	return shell.Result{}
}
