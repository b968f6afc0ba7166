package iproute2

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// printNft prints a command of nft(8). A body with shell syntax is one quoted word.
func printNft(op plan.Nft) []string {
	words := append(within(op.Namespace, "nft"), strings.Fields(op.Command.Head())...)
	switch body := op.Command.Body(); {
	case body == "":
	case !slices.ContainsFunc(strings.Split(body, " "), quoted):
		words = append(words, strings.Fields(body)...)
	default:
		words = append(words, body)
	}
	return words
}

// quoted reports whether a shell needs quotes around a word.
func quoted(word string) bool { return word != "" && escape.Shell(word) != word }

// within returns a command that runs in a namespace.
func within(namespace string, words ...string) []string {
	if namespace == state.Host {
		return words
	}
	return append([]string{"ip", "netns", "exec", namespace}, words...)
}

// parseNft parses a command of nft(8), which joins its words as nft does.
func parseNft(w *words) (plan.Plan, error) {
	for strings.HasPrefix(w.Peek(), "-") {
		switch {
		case w.Skip("-f", "--file"):
			return nil, errors.New("files are not read: use vethlab nft -f")
		case !w.Skip("-a", "-n", "-nn", "-s", "--handle", "--numeric", "--stateless", "-e", "--echo"):
			return nil, w.Unexpected("add", "insert", "delete", "flush")
		}
	}
	if !w.More() {
		return nil, w.Missing("a command such as add table ip nat")
	}
	first := w.Pos
	text := strings.Join(w.List[first:], " ")
	w.Pos = len(w.List)
	commands, err := nft.Parse(text)
	if err != nil {
		return nil, nftError(text, err)
	}
	var p plan.Plan
	for _, c := range commands {
		if c.Verb != nft.List {
			p = append(p, plan.Nft{Namespace: w.namespace, Command: c})
		}
	}
	return p, nil
}

// nftError returns the first error, with the text at its column.
func nftError(text string, err error) error {
	var all nft.Errors
	if !errors.As(err, &all) {
		return err
	}
	first := all[0]
	if first.Line == 1 && first.Col <= len(text) {
		return fmt.Errorf("at %q: %s", shortened(text[first.Col-1:]), first.Msg)
	}
	return errors.New(first.Msg)
}

// shortened returns at most 30 bytes of a text.
func shortened(s string) string {
	const most = 30
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
