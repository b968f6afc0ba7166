package kernel

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/nft"
)

// Nftables reads the packet filter of a namespace, with the numbers of rules
// and what they counted.
func Nftables(namespace string) (nft.Ruleset, error) {
	var rs nft.Ruleset
	err := netns.Do(namespace, func() (err error) {
		rs, err = readNftables(nil)
		return err
	})
	return rs, err
}

// readNftables reads the packet filter of the namespace that the calling
// thread is in. A kernel without nftables has an empty one. The answers go into buffer, or
// into a new one for nil.
func readNftables(buffer []byte) (nft.Ruleset, error) {
	c, err := dialProtocol(unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, ignoreNoNetfilter(err)
	}
	defer c.close()
	c.in = buffer
	var rs nft.Ruleset
	for range dumpTries {
		r := &nftReader{conn: c}
		r.names.names = map[int]string{}
		rs, err = r.read()
		r.names.close()
		if !errors.Is(err, errInterrupted) {
			break
		}
	}
	return rs, ignoreNoNftables(err)
}

// ignoreNoNetfilter drops what a kernel without netfilter says, or a sandbox that
// does not permit such sockets.
func ignoreNoNetfilter(err error) error {
	for _, none := range []error{unix.EPROTONOSUPPORT, unix.EAFNOSUPPORT, unix.EPERM, unix.EACCES} {
		if errors.Is(err, none) {
			return nil
		}
	}
	return err
}

// ignoreNoNftables drops what a kernel without nftables says.
func ignoreNoNftables(err error) error {
	if errors.Is(err, unix.EPROTONOSUPPORT) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return err
}

// nftReader reads one namespace's tables. What it reads must be of one
// generation, which the kernel counts by transactions.
type nftReader struct {
	conn       *conn
	tables     nft.Ruleset
	inner      map[setKey]*nft.InnerSet
	names      linkNames
	generation int // of the first answer; 0: none yet
	changed    bool
}

// A setKey identifies a set.
type setKey struct {
	table nft.TableID
	name  string
}

func (r *nftReader) read() (nft.Ruleset, error) {
	r.tables, r.inner, r.generation, r.changed = nil, map[setKey]*nft.InnerSet{}, 0, false
	if err := r.dump(unix.NFT_MSG_GETTABLE, nil, r.table); err != nil || len(r.tables) == 0 {
		return nil, err
	}
	err := errors.Join(
		r.dump(unix.NFT_MSG_GETCHAIN, nil, r.chain),
		r.dump(unix.NFT_MSG_GETSET, nil, r.set),
		r.elements(),
		r.dump(unix.NFT_MSG_GETRULE, nil, r.rule),
		r.dump(unix.NFT_MSG_GETOBJ, nil, r.object),
	)
	if err == nil && r.changed {
		err = errInterrupted
	}
	return r.tables, err
}

// dump asks for all things of a kind, in all tables or as request says.
func (r *nftReader) dump(typ uint16, request func(*batch), fn func(f nft.Family, attrs []attribute)) error {
	return r.conn.dumpOnce(nftType(typ), func(b *batch) {
		if request == nil {
			b.nfgenmsg(unix.AF_UNSPEC, 0)
			return
		}
		request(b)
	}, func(body []byte) bool {
		if len(body) < 4 {
			return true
		}
		if g := int(binary.BigEndian.Uint16(body[2:])); r.generation == 0 {
			r.generation = g
		} else if g != r.generation {
			r.changed = true
		}
		fn(familyNamed(body[0]), attributes(body[4:]))
		return true
	})
}

func familyNamed(n uint8) nft.Family {
	for f, number := range nftFamilies() {
		if n == number {
			return f
		}
	}
	return ""
}

// texts and numbers of a thing, by attribute.
func nftText(attrs []attribute, typ uint16) string { return find(attrs, typ).text() }
func nftNumber(attrs []attribute, typ uint16) int  { return int(find(attrs, typ).be32()) }

// find returns the attribute of a type; an empty one if there is none.
func find(attrs []attribute, typ uint16) attribute {
	for _, a := range attrs {
		if a.typ == typ {
			return a
		}
	}
	return attribute{}
}

func (a attribute) be32() uint32 {
	if len(a.data) < 4 {
		return 0
	}
	return binary.BigEndian.Uint32(a.data)
}

func (a attribute) be64() uint64 {
	if len(a.data) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(a.data)
}

// nested returns the attributes within.
func (a attribute) nested() []attribute { return attributes(a.data) }

func (r *nftReader) table(f nft.Family, attrs []attribute) {
	t := nft.Table{TableID: nft.TableID{Family: f, Name: nftText(attrs, unix.NFTA_TABLE_NAME)}}
	if f == "" {
		return
	}
	if nftNumber(attrs, unix.NFTA_TABLE_FLAGS)&1 != 0 {
		t.Unknown = append(t.Unknown, "flags dormant")
	}
	r.tables = append(r.tables, t)
}

func (r *nftReader) chain(f nft.Family, attrs []attribute) {
	t := r.tables.Table(nft.TableID{Family: f, Name: nftText(attrs, unix.NFTA_CHAIN_TABLE)})
	if t == nil {
		return
	}
	c := nft.Chain{Name: nftText(attrs, unix.NFTA_CHAIN_NAME)}
	if hook := find(attrs, unix.NFTA_CHAIN_HOOK).nested(); len(hook) > 0 {
		c.Base = &nft.Base{
			Type: nftText(attrs, unix.NFTA_CHAIN_TYPE), Device: nftText(hook, unix.NFTA_HOOK_DEV),
			Priority: int(int32(nftNumber(hook, unix.NFTA_HOOK_PRIORITY))), Policy: "accept",
		}
		hooks := nftHooks(f)
		c.Base.Hook = hooks[min(nftNumber(hook, unix.NFTA_HOOK_HOOKNUM), len(hooks)-1)]
		if find(attrs, unix.NFTA_CHAIN_POLICY).data != nil && nftNumber(attrs, unix.NFTA_CHAIN_POLICY) == nfDrop {
			c.Base.Policy = "drop"
		}
	}
	t.Chains = append(t.Chains, c)
}

func (r *nftReader) set(f nft.Family, attrs []attribute) {
	id := nft.TableID{Family: f, Name: nftText(attrs, unix.NFTA_SET_TABLE)}
	t := r.tables.Table(id)
	if t == nil {
		return
	}
	name, flags := nftText(attrs, unix.NFTA_SET_NAME), nftNumber(attrs, unix.NFTA_SET_FLAGS)
	typ := nft.SetType(nftNumber(attrs, unix.NFTA_SET_KEY_TYPE))
	const known = setAnonymous | setConstant | setInterval | setMap
	isMap := flags&setMap != 0
	verdicts := isMap && uint32(nftNumber(attrs, unix.NFTA_SET_DATA_TYPE)) == verdictType
	switch {
	case flags&setAnonymous == 0 && (isMap || typ == "" || flags&^known != 0 || flags&setConstant != 0):
		t.Unknown = append(t.Unknown, choose(isMap, "map ", "set ")+name)
		return
	case flags&^known != 0, isMap && !verdicts:
		return // its rule is not understood
	case flags&setAnonymous == 0:
		t.Sets = append(t.Sets, nft.Set{Name: name, Type: typ, Interval: flags&setInterval != 0})
	}
	r.inner[setKey{id, name}] = &nft.InnerSet{
		TypeID: nftNumber(attrs, unix.NFTA_SET_KEY_TYPE), Size: nftNumber(attrs, unix.NFTA_SET_KEY_LEN),
		Interval: flags&setInterval != 0, Verdicts: verdicts,
	}
}

func choose[T any](is bool, yes, no T) T {
	if is {
		return yes
	}
	return no
}

// elements reads the values of the sets that are known.
func (r *nftReader) elements() error {
	for key, set := range r.inner {
		err := r.dump(unix.NFT_MSG_GETSETELEM, func(b *batch) {
			b.nfgenmsg(nftFamilies()[key.table.Family], 0)
			b.text(unix.NFTA_SET_ELEM_LIST_TABLE, key.table.Name)
			b.text(unix.NFTA_SET_ELEM_LIST_SET, key.name)
		}, func(_ nft.Family, attrs []attribute) {
			for _, a := range find(attrs, unix.NFTA_SET_ELEM_LIST_ELEMENTS).nested() {
				set.Elements = append(set.Elements, readElement(a.nested()))
			}
		})
		if errors.Is(err, unix.ENOENT) {
			err = errInterrupted // it went after the list of sets was made
		}
		if err != nil {
			return err
		}
		if t := r.tables.Table(key.table); t.Set(key.name) != nil {
			s := t.Set(key.name)
			s.Elements = nft.SetElements(s.Type, set, &r.names)
		}
	}
	return nil
}

func readElement(attrs []attribute) nft.Element {
	e := nft.Element{End: nftNumber(attrs, unix.NFTA_SET_ELEM_FLAGS)&elementEnd != 0}
	e.Key = dataValue(find(attrs, unix.NFTA_SET_ELEM_KEY))
	for _, a := range find(attrs, unix.NFTA_SET_ELEM_DATA).nested() {
		if a.typ == unix.NFTA_DATA_VERDICT {
			e.Verdict = readVerdict(a.nested())
		}
	}
	return e
}

// dataValue returns a copy of what stands within an attribute of data.
func dataValue(a attribute) []byte {
	return slices.Clone(find(a.nested(), unix.NFTA_DATA_VALUE).data)
}

func (r *nftReader) rule(f nft.Family, attrs []attribute) {
	id := nft.TableID{Family: f, Name: nftText(attrs, unix.NFTA_RULE_TABLE)}
	t := r.tables.Table(id)
	if t == nil || t.Chain(nftText(attrs, unix.NFTA_RULE_CHAIN)) == nil {
		return
	}
	var program []nft.Expr
	var noted string
	for _, a := range find(attrs, unix.NFTA_RULE_EXPRESSIONS).nested() {
		e := a.nested()
		data := find(e, unix.NFTA_EXPR_DATA).nested()
		if nftText(e, unix.NFTA_EXPR_NAME) == "match" && nftText(data, unix.NFTA_MATCH_NAME) == "comment" { // of iptables
			noted = find(data, unix.NFTA_MATCH_INFO).text()
			continue
		}
		program = append(program, r.expr(id, nftText(e, unix.NFTA_EXPR_NAME), data))
	}
	rule := nft.Rule{Handle: find(attrs, unix.NFTA_RULE_HANDLE).be64(), Comment: comment(find(attrs, unix.NFTA_RULE_USERDATA).data)}
	if rule.Comment == "" {
		rule.Comment = noted
	}
	rule.Statements = nft.Decompile(f, program, &r.names)
	c := t.Chain(nftText(attrs, unix.NFTA_RULE_CHAIN))
	c.Rules = append(c.Rules, rule)
}

// comment finds the comment among the notes that nft keeps with a rule.
func comment(data []byte) string {
	for len(data) >= 2 && len(data) >= 2+int(data[1]) {
		if data[0] == ruleComment {
			return strings.TrimRight(string(data[2:2+int(data[1])]), "\x00")
		}
		data = data[2+int(data[1]):]
	}
	return ""
}

// object records a stateful object, such as a counter, that rules refer to by name.
func (r *nftReader) object(f nft.Family, attrs []attribute) {
	t := r.tables.Table(nft.TableID{Family: f, Name: nftText(attrs, unix.NFTA_OBJ_TABLE)})
	if t == nil {
		return
	}
	kinds := map[int]string{1: "counter", 2: "quota", 3: "ct helper", 4: "limit", 7: "ct timeout", 8: "secmark", 9: "ct expectation", 10: "synproxy"}
	kind, ok := kinds[nftNumber(attrs, unix.NFTA_OBJ_TYPE)]
	t.Unknown = append(t.Unknown, choose(ok, kind, "object")+" "+nftText(attrs, unix.NFTA_OBJ_NAME))
}
