package topo

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// A Via is the protocol of a test with its parameters. It is comparable; the zero value
// is the default.
//
// As text it is "icmp", "tcp/80", "udp/53", "dns/www.example.net", or a URL. A URL
// without a host, as in "http:///" and "http://:8080/health", is requested from each
// target of To. A URL with a host names the target, and To may be left out; if To is
// given, the URL is requested from each of To, with that host in the Host header.
type Via struct {
	Protocol Protocol
	Port     int    // of TCP, UDP and HTTP; 0 with HTTP means 80
	Host     string // of the URL, or ""
	Path     string // of the URL, with its query; begins with "/"
	Name     string // that DNS resolves
}

// Protocol is a protocol of tests.
type Protocol string

// The protocols.
const (
	ICMP Protocol = "icmp" // an echo request is answered
	TCP  Protocol = "tcp"  // a connection succeeds
	UDP  Protocol = "udp"  // a datagram is answered by any datagram
	HTTP Protocol = "http" // a GET request is answered by a status below 400
	DNS  Protocol = "dns"  // a name server has an address for a name
)

// hasListener reports whether the protocol needs a listener.
func (p Protocol) hasListener() bool { return p != ICMP }

const maxPort = 65535

const viaForm = "want one of icmp, tcp/PORT, udp/PORT, http://HOST:PORT/PATH (also without HOST), dns/NAME"

// ParseVia reads a Via as it is written in a file.
func ParseVia(s string) (Via, error) {
	v, _, err := parseVia(s)
	return v, err
}

// parseVia also returns a hint for the error.
func parseVia(s string) (v Via, hint string, err error) {
	head, rest, slash := strings.Cut(s, "/")
	switch p := Protocol(head); {
	case head == "http:" && strings.HasPrefix(rest, "/"):
		return parseURL(s)
	case p == ICMP && !slash:
		return Via{Protocol: ICMP}, "", nil
	case p == TCP || p == UDP:
		return parsePort(p, rest)
	case p == DNS && rest != "":
		v = Via{Protocol: DNS, Name: rest}
		return v, "", v.fault()
	case p == HTTP:
		if rest == "" {
			return v, "write it as http://:80/", fmt.Errorf("%q is not a URL", s)
		}
		port, path, _ := strings.Cut(rest, "/")
		return v, fmt.Sprintf("did you mean %q?", strings.TrimSuffix("http://:"+port, ":")+"/"+path), fmt.Errorf("%q is not a URL", s)
	case head == "https:":
		return v, "via: tcp/443 tests whether a TCP connection succeeds", errors.New("via https is not supported")
	}
	return v, viaHint(head, rest), fmt.Errorf("unknown protocol in via: %q", s)
}

func viaHint(head, rest string) string {
	for _, p := range []Protocol{ICMP, TCP, UDP, DNS} {
		if head != string(p) && didYouMean(head, []string{string(p)}) != "" {
			return fmt.Sprintf("did you mean %q?", strings.TrimSuffix(string(p)+"/"+rest, "/"))
		}
	}
	return viaForm
}

func parsePort(p Protocol, s string) (v Via, hint string, err error) {
	port, err := strconv.Atoi(s)
	if s == "" {
		return v, fmt.Sprintf(`write it as "%s/80"`, p), fmt.Errorf("%s lacks a port", p)
	}
	if err != nil || strings.HasPrefix(s, "+") {
		return v, fmt.Sprintf(`write it as "%s/80"`, p), fmt.Errorf("%q is not a port", s)
	}
	v = Via{Protocol: p, Port: port}
	return v, "", v.fault()
}

func parseURL(s string) (v Via, hint string, err error) {
	u, err := url.Parse(s)
	if err != nil {
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err
		}
		return v, "", fmt.Errorf("%q is not a URL: %w", s, err)
	}
	v = Via{Protocol: HTTP, Host: u.Hostname(), Path: u.RequestURI()}
	if !strings.HasPrefix(v.Path, "/") {
		v.Path = "/" + v.Path
	}
	if port := u.Port(); port != "" {
		if v.Port, err = strconv.Atoi(port); err != nil {
			return v, "", fmt.Errorf("%q is not a port", port)
		}
		if err := portFault(v.Port); err != nil {
			return v, "", err
		}
	}
	if u.User != nil || u.Fragment != "" {
		return v, "", fmt.Errorf("the URL %q has a user or a fragment, which a test does not send", s)
	}
	return v, "", v.fault()
}

// fault returns why a Via is invalid, or nil. Go literals need this check.
func (v Via) fault() error {
	plain := v
	switch v.Protocol {
	case "", ICMP:
		plain = Via{Protocol: v.Protocol}
	case TCP, UDP:
		plain = Via{Protocol: v.Protocol, Port: v.Port}
		if err := portFault(v.Port); err != nil {
			return err
		}
	case HTTP:
		plain.Name = ""
		if err := v.urlFault(); err != nil {
			return err
		}
	case DNS:
		plain = Via{Protocol: DNS, Name: v.Name}
		if fault := hostnameFault(v.Name); fault != "" {
			return fmt.Errorf("the name %q %s", v.Name, fault)
		}
	default:
		return fmt.Errorf("unknown protocol in via: %q", v.Protocol)
	}
	if plain != v {
		return fmt.Errorf("%q has settings of another protocol", v)
	}
	return nil
}

func portFault(port int) error {
	if port < 1 || port > maxPort {
		return fmt.Errorf("port %d is out of range, which is 1 to %d", port, maxPort)
	}
	return nil
}

func (v Via) urlFault() error {
	if v.Port != 0 {
		if err := portFault(v.Port); err != nil {
			return err
		}
	}
	again, err := url.Parse(v.String())
	if err != nil || !strings.HasPrefix(v.Path, "/") || again.RequestURI() != v.Path || again.Hostname() != v.Host {
		return fmt.Errorf("%q is not a valid URL", v)
	}
	if strings.ContainsFunc(v.Host, func(r rune) bool { return !nameRune(r) && r != ':' || r == '%' }) {
		return fmt.Errorf("%q is not the host of a URL", v.Host)
	}
	return nil
}

// hostnameFault returns why DNS can't resolve a name (RFC 1035, 2.3.4), or "".
func hostnameFault(name string) string {
	name = strings.TrimSuffix(name, ".")
	if name == "" {
		return "is empty"
	}
	if len(name) > 253 {
		return fmt.Sprintf("has %d bytes, the limit is 253", len(name))
	}
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return "has two dots in a row"
		case len(label) > 63:
			return fmt.Sprintf("has a part of %d bytes, the limit is 63", len(label))
		case strings.ContainsFunc(label, func(r rune) bool { return r <= ' ' || r > '~' || r == '/' }):
			return "has a character that is not allowed in names"
		}
	}
	return ""
}

// String returns the Via as it is written in a file; "" for the default.
func (v Via) String() string {
	switch v.Protocol {
	case TCP, UDP:
		return fmt.Sprintf("%s/%d", v.Protocol, v.Port)
	case HTTP:
		return "http://" + v.authority() + v.Path
	case DNS:
		return "dns/" + v.Name
	}
	return string(v.Protocol)
}

// authority returns host and port as in a URL.
func (v Via) authority() string {
	host := v.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if v.Port != 0 {
		host += ":" + strconv.Itoa(v.Port)
	}
	return host
}

// MarshalText returns the Via as it is written in a file.
func (v Via) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what [ParseVia] does, or "".
func (v *Via) UnmarshalText(b []byte) error {
	*v = Via{}
	if len(b) == 0 {
		return nil
	}
	var err error
	*v, err = ParseVia(string(b))
	return err
}
