package cli

import (
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/state"
)

// picture draws a lab.
func picture(s *state.State) string { return draw.Text(s, draw.DefaultWidth) }
