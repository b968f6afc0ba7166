package hostmap

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// The bounds of asking one daemon: how long, for all its answers together, and how
// many bytes they may have, also together. A stranger's gets less of both.
const (
	askTime         = 3 * time.Second
	askStrangerTime = time.Second
	maxAnswers      = 32 << 20
	maxAnswersOf    = 1 << 20 // of a stranger
	maxHeader       = 64 << 10
)

// maxSockets bounds how many daemons are asked: those of root and of the viewer
// first.
const maxSockets = 16

// askEngines asks the daemons that listen on a socket, and adds what they say to
// what is known. One that does not answer is left out.
func askEngines(ctx context.Context, e *evidence, known []Container) []Container {
	sockets := e.sockets()
	answers := make([][]Container, len(sockets))
	var wg sync.WaitGroup
	for i, s := range sockets {
		wg.Go(func() { answers[i] = s.ask(ctx) })
	}
	wg.Wait()
	for _, c := range slices.Concat(answers...) {
		known = join(known, c, maxContainers)
	}
	return known
}

// A socket is where an engine may listen that speaks Docker's language.
type socket struct {
	origin
	engine string
	path   string
	files  files
}

// sockets returns where engines may listen.
func (e *evidence) sockets() []socket {
	fixed := []socket{{engine: "docker", path: "/run/docker.sock"}, {engine: "podman", path: "/run/podman/podman.sock"}}
	if user := os.Getenv("XDG_RUNTIME_DIR"); user != "" {
		fixed = append(fixed, socket{engine: "docker", path: filepath.Join(user, "docker.sock")}, socket{engine: "podman", path: filepath.Join(user, "podman/podman.sock")})
	}
	var own, claimed []socket
	for _, p := range e.processes {
		if p.program() != "dockerd" {
			continue
		}
		for _, arg := range p.Args {
			path, ok := strings.CutPrefix(arg[strings.IndexByte(arg, '=')+1:], "unix://")
			switch {
			case ok && p.Stranger == "":
				own = append(own, socket{origin: e.origin(p), engine: "docker", path: path})
			case ok:
				claimed = append(claimed, socket{origin: e.origin(p), engine: "docker", path: path})
			}
		}
	}
	var all []socket
	for _, s := range slices.Concat(fixed, own, claimed) {
		s.path, s.files = clean(s.root, s.path), e.files
		if !slices.ContainsFunc(all, func(o socket) bool { return o.path == s.path }) && len(all) < maxSockets {
			all = append(all, s)
		}
	}
	return all
}

// errPeer says that a stranger names a socket at which another listens: what the
// stranger wants to be asked there, with the rights of the viewer, is not asked.
var errPeer = errors.New("the listener is not who named the socket")

// dial connects to a socket and says who else than root and the viewer may have
// made it, or listens there.
func (s *socket) dial(ctx context.Context) (conn net.Conn, by string, err error) {
	file, writer, done, ok := s.files.socket(s.path)
	if !ok {
		return nil, "", os.ErrNotExist
	}
	defer done()
	conn, err = (&net.Dialer{}).DialContext(ctx, "unix", file)
	if err != nil {
		return nil, "", err
	}
	by = cmp.Or(s.by, writer)
	switch peer, err := peerOf(conn); {
	case err != nil:
		conn.Close()
		return nil, "", err
	case peer == "" && by != "":
		conn.Close()
		return nil, "", errPeer
	default:
		return conn, peer, nil
	}
}

// A talk is all that is asked of one daemon.
type talk struct {
	*socket
	by   string // who listens, known once it was connected to
	left int64  // bytes that may still come
}

// ask lists the running containers of one daemon.
func (s *socket) ask(ctx context.Context) []Container {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	t := &talk{socket: s, left: maxAnswers}
	var list []struct{ ID string }
	if !t.get(ctx, "/containers/json", &list) {
		return nil
	}
	if t.by != "" {
		list = list[:min(len(list), maxClaims)]
		ctx, cancel = context.WithTimeout(ctx, askStrangerTime)
		defer cancel()
	}
	var all []Container
	for _, item := range list {
		var config dockerConfig
		if !isID(item.ID) || !t.get(ctx, "/containers/"+item.ID+"/json", &config) {
			continue
		}
		c := config.container(s.root)
		c.Engine, c.Why = s.engine, []string{"by " + strings.ToUpper(s.engine[:1]) + s.engine[1:] + "'s API"}
		c.says(t.by)
		c.clean()
		all = append(all, c)
	}
	return all
}

// get asks one question, over a connection of its own, and reads the answer into v.
func (t *talk) get(ctx context.Context, path string, v any) bool {
	if ctx.Err() != nil || t.left <= 0 {
		return false
	}
	conn, by, err := t.dial(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	if by != "" {
		t.by, t.left = by, min(t.left, maxAnswersOf)
		if conn.SetDeadline(time.Now().Add(askStrangerTime)) != nil {
			return false
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine"+path, nil)
	if err != nil {
		return false
	}
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            func(context.Context, string, string) (net.Conn, error) { return conn, nil },
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
	answer, err := client.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	body := &io.LimitedReader{R: answer.Body, N: t.left}
	ok := answer.StatusCode == http.StatusOK && json.NewDecoder(body).Decode(v) == nil
	t.left = body.N
	return ok
}
