package plan

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// onLower returns the kind that a new link gets, on the lower link that the kernel chooses, or
// why the kernel would refuse the link.
func onLower(s *state.State, at state.Endpoint, k state.Kind) (state.Kind, error) {
	for _, e := range k.Lower() {
		if _, err := linkOf(s, e); err != nil {
			return nil, fmt.Errorf("lower link: %w", err)
		}
	}
	k = onReal(s, k)
	for n, e := range k.Lower() {
		if n == 0 && k.Traits().RxHandler {
			if err := rxHandlerFree(s, e, k.Kind()); err != nil {
				return nil, fmt.Errorf("lower link %w", err)
			}
		}
		if err := s.CheckNesting(at, e); err != nil {
			return nil, err
		}
	}
	return k, k.CheckLower(s)
}

// mayEnslave returns why the kernel would refuse a link as a port of another one of its
// namespace, or nil.
func mayEnslave(s *state.State, e state.Endpoint, master string) error {
	m := state.Endpoint{Namespace: e.Namespace, Link: master}
	if !takesPorts(s.Link(m)) {
		return fmt.Errorf("no bridge %s", m)
	}
	k := s.Link(m).Kind
	if err := k.CheckPort(s.Link(e)); err != nil {
		return err
	}
	if err := rxHandlerFree(s, e, k.Kind()); err != nil {
		return err
	}
	return s.CheckNesting(m, e)
}

// onReal puts a link that would be on another one of its kind on the lower link of that one,
// if the kind is so. See [state.Traits].
func onReal(s *state.State, k state.Kind) state.Kind {
	lower := s.LowerOf(k)
	if lower == nil || !k.Traits().OnReal || lower.KindName() != k.Kind() || len(lower.Kind.Lower()) == 0 {
		return k
	}
	return k.Renamed(k.Lower()[0], lower.Kind.Lower()[0])
}

// rxHandlerFree returns an error if a link of another kind takes what a link receives: its
// master or an upper link. See [state.Traits].
func rxHandlerFree(s *state.State, e state.Endpoint, kind string) error {
	taking := func(l *state.Link) bool {
		return l != nil && l.Kind != nil && l.Kind.Traits().RxHandler && l.KindName() != kind
	}
	l := s.Link(e)
	if taking(s.Link(state.Endpoint{Namespace: e.Namespace, Link: l.Master})) {
		return fmt.Errorf("%s is a port of %s", e, l.Master)
	}
	for _, upper := range s.Uppers(e) {
		if u := s.Link(upper); taking(u) {
			return fmt.Errorf("%s has the upper link %s, of kind %s", e, upper, u.KindName())
		}
	}
	return nil
}

// mtuFits returns an error if the lower link of a link has a smaller MTU, in bytes, than the
// link may have.
func mtuFits(s *state.State, at state.Endpoint, k state.Kind, mtu int) error {
	if lower := s.LowerOf(k); lower != nil && k.Traits().MTUOfLower && mtu > lower.MTU {
		return fmt.Errorf("%s: MTU %d is more than the %d of its lower link %s", at, mtu, lower.MTU, k.Lower()[0])
	}
	return nil
}

// resizeUppers gives the upper links of a link its own MTU, as the kernel does with kinds
// that are so: of some only if theirs is greater, of others always.
func resizeUppers(s *state.State, e state.Endpoint) {
	l := s.Link(e)
	for _, upper := range s.Uppers(e) {
		u := s.Link(upper)
		follows := u.Kind.Traits().MTUWithLower || u.Kind.Traits().MTUOfLower && u.MTU > l.MTU
		if follows && u.MTU != l.MTU && s.LowerOf(u.Kind) == l {
			changeMTU(s.Namespaces[upper.Namespace], u, l.MTU)
			resizeUppers(s, upper)
		}
	}
}

// shareSettings gives the other links of a kind on one lower link the settings of one of them,
// if the kernel keeps these once. See [state.Traits].
func shareSettings(s *state.State, k state.Kind) {
	if len(k.Lower()) == 0 || !k.Traits().SharedSettings {
		return
	}
	for _, upper := range s.Uppers(k.Lower()[0]) {
		if u := s.Link(upper); u.KindName() == k.Kind() {
			u.Kind = k
		}
	}
}

// releasePorts takes links out of bridges that shall not be in them where the kernel would
// refuse what follows: a link on a port, or too many devices on one another meanwhile, or a
// cycle of them.
func (d *differ) releasePorts(missing []state.Endpoint) {
	if d.now.Flat {
		return
	}
	var lowers []state.Endpoint // of links to be created
	for _, e := range missing {
		lowers = append(lowers, d.want.Link(e).Kind.Lower()...)
	}
	for _, name := range d.want.Names() {
		for _, link := range d.want.Namespaces[name].LinkNames() {
			e := state.Endpoint{Namespace: name, Link: link}
			now, want := d.now.Link(e), d.want.Link(e)
			if now == nil || now.Master == "" || now.Master == want.Master {
				continue
			}
			bridge := state.Endpoint{Namespace: name, Link: now.Master}
			if len(want.Kind.Lower()) > 0 || slices.Contains(lowers, e) || len(d.now.Uppers(bridge)) > 0 {
				d.emit(SetLink{Link: e, Master: new("")})
			}
		}
	}
}

// resizeLowers sets the MTUs of lower links whose upper link is in another namespace, which
// may be configured before them: the kernel bounds the MTU of the upper link by that of the
// lower one, or changes it with that. Within a namespace the order of setupAfter suffices.
func (d *differ) resizeLowers() {
	for _, name := range d.want.Names() {
		for _, link := range d.want.Namespaces[name].LinkNames() {
			w := d.want.Namespaces[name].Links[link]
			if lower := w.Related(); len(lower) > 0 && lower[0].Namespace != name {
				d.resizeBelow(w)
			}
		}
	}
}

// resizeBelow sets the MTUs of the links below a link that can't have a greater one, if they
// grow, and of those that change its own.
func (d *differ) resizeBelow(w *state.Link) {
	if w.Kind == nil || len(w.Kind.Lower()) == 0 {
		return
	}
	t, e := w.Kind.Traits(), w.Kind.Lower()[0]
	now, want := d.now.Link(e), d.want.Link(e)
	if now == nil || want == nil {
		return
	}
	if t.MTUWithLower && now.MTU != want.MTU || t.MTUOfLower && now.MTU < want.MTU {
		d.resizeBelow(want)
		d.emit(SetLink{Link: e, MTU: want.MTU})
	}
}
