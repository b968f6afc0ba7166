package messages

import (
	"slices"

	"github.com/vethlab/vethlab/internal/words"
)

// suggestions end another message.
func suggestions() []words.Text {
	return []words.Text{
		{En: "%w; did you mean %q?", ZhTW: "%s；你是不是要打 %s？"},
		{En: "%w: did you mean %w?", ZhTW: "%s；你是不是要打 %s？"},
	}
}

// sentences are the rows for whole messages and for parts between colons. A row comes
// before those that match more.
func sentences() []words.Text {
	return slices.Concat(
		suggestions(), errnos(), extendedAcks(), toolMessages(), argumentMessages(), labMessages(), vethlabMessages(), sandboxMessages(), recordMessages(),
		conflictMessages(), reportMessages(), reportFindings(), reportReasons(), reportObstacles(), icmpReasons(), outcomes(), nftMessages(), nftTextErrors(),
		ipMessages(), kernelErrors(), nftGeneral(),
	)
}

// phrases are the rows for the parts of a sentence that %w matches.
func phrases() []words.Text {
	general := []words.Text{
		{En: ": did you mean %w?", ZhTW: "；你是不是要打 %s？"},
		{En: "the name of a %s", ZhTW: "%s 的名字"},
		{En: "%w, 0 to %d", ZhTW: "%s，0 到 %s"},
		{En: "%w or %s", ZhTW: "%s 或 %s"},
		{En: "%s, %w", ZhTW: "%s、%s"},
	}
	return slices.Concat(vethlabPhrases(), reportPhrases(), ipPhrases(), nftPhrases(), general)
}
