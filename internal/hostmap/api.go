package hostmap

import (
	"context"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// askTime bounds how long a daemon is waited for.
const askTime = 3 * time.Second

// askEngines asks the daemons that listen on a socket, and adds what they say to
// what is known. One that does not answer is left out.
func askEngines(e *evidence, known []Container) []Container {
	sockets := e.sockets()
	for _, engine := range slices.Sorted(maps.Keys(sockets)) {
		for _, socket := range sockets[engine] {
			for _, c := range askEngine(engine, socket) {
				i := slices.IndexFunc(known, func(have Container) bool { return have.same(c) })
				if i < 0 {
					known = append(known, c)
				} else {
					known[i].merge(c)
				}
			}
		}
	}
	return known
}

// sockets returns where engines may listen that speak Docker's language.
func (e *evidence) sockets() map[string][]string {
	user := os.Getenv("XDG_RUNTIME_DIR")
	found := map[string][]string{
		"docker": {"/run/docker.sock"},
		"podman": {"/run/podman/podman.sock"},
	}
	if user != "" {
		found["docker"] = append(found["docker"], filepath.Join(user, "docker.sock"))
		found["podman"] = append(found["podman"], filepath.Join(user, "podman/podman.sock"))
	}
	for _, p := range e.processes {
		for _, arg := range p.Args {
			if path, ok := strings.CutPrefix(arg, "unix://"); ok && p.program() == "dockerd" {
				found["docker"] = append(found["docker"], path)
			}
		}
	}
	for engine, paths := range found {
		paths = slices.DeleteFunc(paths, func(p string) bool { _, err := os.Stat(p); return err != nil })
		slices.Sort(paths)
		found[engine] = slices.Compact(paths)
	}
	return found
}

// askEngine lists the running containers of one daemon.
func askEngine(engine, socket string) []Container {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
		DisableKeepAlives: true,
	}}
	var list []struct{ ID string }
	if !get(ctx, client, "/containers/json", &list) {
		return nil
	}
	var all []Container
	for _, item := range list {
		var config dockerConfig
		if get(ctx, client, "/containers/"+item.ID+"/json", &config) {
			c := config.container("")
			c.Engine, c.Why = engine, []string{"by " + strings.ToUpper(engine[:1]) + engine[1:] + "'s API"}
			all = append(all, c)
		}
	}
	return all
}

func get(ctx context.Context, client *http.Client, path string, v any) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine"+path, nil)
	if err != nil {
		return false
	}
	answer, err := client.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK && json.NewDecoder(answer.Body).Decode(v) == nil
}
