package nft

import (
	"strings"
)

func (p *parser) verdictMap(start token, key string) (Statement, error) {
	if err := p.want("{"); err != nil {
		return nil, err
	}
	m := VerdictMap{Key: key}
	for {
		p.blank()
		if p.skip("}") {
			break
		}
		e, err := p.verdictElement()
		if err != nil {
			return nil, err
		}
		m.Elements = append(m.Elements, e)
		p.blank()
		if !p.skip(",") && !p.is("}") {
			return nil, p.unexpected(`"," or "}"`)
		}
	}
	m, err := m.canonical()
	if err != nil {
		return nil, p.errorAt(start, "%v", err)
	}
	return m, nil
}

func (p *parser) verdictElement() (e VerdictElement, err error) {
	if e.Value, err = p.value(); err != nil {
		return e, err
	}
	if !p.skip(":") {
		value, rest, _ := cutLast(e.Value)
		if e.Value = value; rest != "" {
			e.Verdict = Verdict{Word: rest}
			if rest == "jump" || rest == "goto" {
				e.Verdict.Chain, err = p.reference("the name of a chain")
			}
			return e, err
		}
	}
	e.Verdict, err = p.verdict()
	return e, err
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
