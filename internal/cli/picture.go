package cli

import "github.com/vethlab/vethlab/internal/state"

func picture(s *state.State) string { return "" }
