package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
)

// onLower returns the kind that a new link gets, on the lower link that the kernel chooses, or
// why the kernel would refuse the link.
func onLower(s *state.State, k state.Kind) (state.Kind, error) {
	for _, e := range k.Lower() {
		if _, err := linkOf(s, e); err != nil {
			return nil, fmt.Errorf("lower link: %w", err)
		}
	}
	k = onReal(s, k)
	if err := k.CheckLower(s); err != nil {
		return nil, err
	}
	return k, rxHandlerFree(s, k)
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

// rxHandlerFree returns an error if something else takes what the lower link receives.
func rxHandlerFree(s *state.State, k state.Kind) error {
	lower := s.LowerOf(k)
	if lower == nil || !k.Traits().RxHandler {
		return nil
	}
	e := k.Lower()[0]
	if lower.Master != "" {
		return fmt.Errorf("lower link %s is a port of %s", e, lower.Master)
	}
	for _, upper := range s.Uppers(e) {
		if other := s.Link(upper); other.Kind.Traits().RxHandler && other.KindName() != k.Kind() {
			return fmt.Errorf("lower link %s has the upper link %s, of kind %s", e, upper, other.KindName())
		}
	}
	return nil
}

// defaultMTU returns the MTU, in bytes, of a new link for which none is given.
func defaultMTU(s *state.State, k state.Kind) int {
	if lower := s.LowerOf(k); lower != nil && k.Traits().MTUOfLower {
		return lower.MTU
	}
	return state.DefaultMTU
}

// mtuFits returns an error if the lower link of a link has a smaller MTU, in bytes, than the
// link may have.
func mtuFits(s *state.State, at state.Endpoint, k state.Kind, mtu int) error {
	if lower := s.LowerOf(k); lower != nil && k.Traits().MTUOfLower && mtu > lower.MTU {
		return fmt.Errorf("%s: MTU %d is more than the %d of its lower link %s", at, mtu, lower.MTU, k.Lower()[0])
	}
	return nil
}

// lowerUppers lowers the MTUs of the upper links of a link to its own, as the kernel does
// with kinds that are so.
func lowerUppers(s *state.State, e state.Endpoint) {
	l := s.Link(e)
	for _, upper := range s.Uppers(e) {
		u := s.Link(upper)
		if u.Kind.Traits().MTUOfLower && u.MTU > l.MTU && s.LowerOf(u.Kind) == l {
			changeMTU(s.Namespaces[upper.Namespace], u, l.MTU)
			lowerUppers(s, upper)
		}
	}
}

// freeLowers takes links out of their bridges that shall not be in them and on which a link is
// missing: the kernel refuses to create it on a port.
func (d *differ) freeLowers(missing []state.Endpoint) {
	for _, e := range missing {
		k := d.want.Link(e).Kind
		if !k.Traits().RxHandler || len(k.Lower()) == 0 {
			continue
		}
		lower := k.Lower()[0]
		if now := d.now.Link(lower); now != nil && now.Master != d.want.Link(lower).Master {
			d.emit(SetLink{Link: lower, Master: new("")})
		}
	}
}

// raiseLowers raises the MTUs of lower links whose upper link is in another namespace, which
// may be configured before them. Within a namespace setupOrder suffices.
func (d *differ) raiseLowers() {
	for _, name := range d.want.Names() {
		for _, link := range d.want.Namespaces[name].LinkNames() {
			w := d.want.Namespaces[name].Links[link]
			if lower := w.Related(); len(lower) > 0 && lower[0].Namespace != name {
				d.raiseBelow(w)
			}
		}
	}
}

// raiseBelow raises the MTUs of the links below a link that can't have a greater one.
func (d *differ) raiseBelow(w *state.Link) {
	if w.Kind == nil || !w.Kind.Traits().MTUOfLower || len(w.Kind.Lower()) == 0 {
		return
	}
	e := w.Kind.Lower()[0]
	now, want := d.now.Link(e), d.want.Link(e)
	if now == nil || want == nil || now.MTU >= want.MTU {
		return
	}
	d.raiseBelow(want)
	d.emit(SetLink{Link: e, MTU: want.MTU})
}
