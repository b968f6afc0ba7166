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

// The timeout and the most bytes for all answers of one daemon. A daemon of another
// user (neither root nor the viewer) gets less of both.
const (
	queryTime           = 3 * time.Second
	untrustedQueryTime  = time.Second
	maxAnswers          = 32 << 20
	maxUntrustedAnswers = 1 << 20 // of another user's daemon
	maxHeader           = 64 << 10
)

// maxSockets bounds how many daemons are queried: those of root and of the viewer
// first.
const maxSockets = 16

// queryEngines queries the engines' daemons and adds their containers to known. A daemon
// that does not answer is left out.
func queryEngines(ctx context.Context, e *evidence, known []Container) []Container {
	sockets := e.sockets()
	answers := make([][]Container, len(sockets))
	var wg sync.WaitGroup
	for i, s := range sockets {
		wg.Go(func() { answers[i] = s.query(ctx) })
	}
	wg.Wait()
	for _, c := range slices.Concat(answers...) {
		known = join(known, c, maxContainers)
	}
	return known
}

// A socket is one on which an engine with Docker's API may listen.
type socket struct {
	origin
	engine string
	path   string
	files  files
}

// sockets returns the sockets on which engines may listen.
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
			case ok && p.Untrusted == "":
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

// errOtherListener says that another user named a socket on which root or the viewer
// listens. Querying it would use the viewer's rights on that user's behalf.
var errOtherListener = errors.New("the socket's listener is not the user who named it")

// dial connects to a socket and returns the user who made it or listens on it, if
// neither root nor the viewer.
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
		return nil, "", errOtherListener
	default:
		return conn, peer, nil
	}
}

// A session is the requests to one daemon.
type session struct {
	*socket
	by   string // the listener, if neither root nor the viewer; set when connected
	left int64  // bytes that may still be read
}

// query lists the running containers of one daemon.
func (s *socket) query(ctx context.Context) []Container {
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	t := &session{socket: s, left: maxAnswers}
	var list []struct{ ID string }
	if !t.get(ctx, "/containers/json", &list) {
		return nil
	}
	if t.by != "" {
		list = list[:min(len(list), maxClaims)]
		ctx, cancel = context.WithTimeout(ctx, untrustedQueryTime)
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
		c.setClaim(t.by)
		c.clean()
		all = append(all, c)
	}
	return all
}

// get sends one request over a new connection and decodes the answer into v.
func (t *session) get(ctx context.Context, path string, v any) bool {
	if ctx.Err() != nil || t.left <= 0 {
		return false
	}
	conn, by, err := t.dial(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	if by != "" {
		t.by, t.left = by, min(t.left, maxUntrustedAnswers)
		if conn.SetDeadline(time.Now().Add(untrustedQueryTime)) != nil {
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
