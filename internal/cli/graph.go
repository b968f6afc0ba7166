package cli

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/hostmap"
	"github.com/vethlab/vethlab/internal/inspect"
)

func newGraph(p *program) *cobra.Command {
	var o graphOptions
	cmd := &cobra.Command{
		Use:   "graph [LAB|FILE]",
		Short: "Draw a lab",
		Long: `Draw a lab: FILE as it is described, without reading the kernel; LAB as it runs.
Without either, draw the folder's lab, as it runs or else as described, or the only
running lab. With --host, draw all namespaces of this machine.

The picture is text with boxes or, if they do not fit, a tree. The same layout can be
written as SVG, which follows the reader's light or dark theme; as Mermaid, Graphviz
(dot) or D2; or as JSON with coordinates. In pictures of more than 150 nodes, equal
hosts on one node are drawn as one.`,
		Example: `  vethlab graph lab.yaml
  vethlab graph -o svg lab.yaml >lab.svg
  vethlab graph -w lab.svg lab.yaml
  vethlab graph -o dot | dot -Tpdf >lab.pdf`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.file != "" && !cmd.Flags().Changed("output") {
				f, ok := draw.FormatOf(o.file)
				if !ok {
					return usageError{cmd, errors.New("unknown file extension: give a format with -o")}
				}
				o.format = format(f)
			}
			if o.host && len(args) > 0 {
				return usageError{cmd, errors.New("give a lab or --host, not both")}
			}
			draw := func() error {
				scene, err := p.scene(cmd.Context(), args, o.host)
				if err != nil {
					return err
				}
				return p.graph(scene, o)
			}
			if o.host {
				return returnOnCancel(cmd.Context(), draw)
			}
			return draw()
		},
	}
	cmd.Flags().BoolVar(&o.host, "host", false, "draw all namespaces of the machine")
	cmd.Flags().BoolVar(&o.unfold, "unfold", false, "draw every node, without grouping")
	cmd.Flags().IntVar(&o.width, "width", 0, "`COLUMNS` of a picture in text (default: those of the terminal)")
	cmd.Flags().StringVarP(&o.file, "write", "w", "", "write to `FILE`; its extension is the format (.svg, .txt, .mmd, .dot, .d2, .json)")
	outputFlag(cmd, &o.format, format(draw.FormatSVG), format(draw.FormatMermaid), format(draw.FormatDOT), format(draw.FormatD2))
	return cmd
}

type graphOptions struct {
	format format
	file   string
	host   bool
	unfold bool
	width  int
}

// scene returns the scene of the lab in args, or of the machine.
func (p *program) scene(ctx context.Context, args []string, host bool) (*draw.Scene, error) {
	if host {
		return p.hostScene(ctx)
	}
	if len(args) > 0 && isFile(args[0]) {
		return p.fileScene(args)
	}
	if len(args) == 0 {
		if file, noFile := folderFile(); noFile == nil {
			args = []string{file} // rather than the only running lab
		}
	}
	scene, err := p.runningScene(args)
	if errors.Is(err, vethlab.ErrNotRunning) && len(args) > 0 && isFile(args[0]) {
		return p.fileScene(args)
	}
	return scene, err
}

// hostScene returns the scene of all namespaces of the machine.
func (p *program) hostScene(ctx context.Context) (*draw.Scene, error) {
	m, err := p.takeMap(ctx, hostmap.Options{})
	if err != nil {
		return nil, err
	}
	p.noticeUnseen(m)
	return m.Scene(), nil
}

// fileScene returns the scene of the lab in a file.
func (p *program) fileScene(args []string) (*draw.Scene, error) {
	lab, err := p.load(args, "")
	if err != nil {
		return nil, err
	}
	c, err := compile.CompileChecked(lab.Checked())
	if err != nil {
		return nil, err
	}
	return draw.FromState(c.State, lab.Checked().NodeKinds()), nil
}

// runningScene returns the scene of a running lab, observed in the kernel.
func (p *program) runningScene(args []string) (*draw.Scene, error) {
	lab, err := p.find(args, "")
	if err != nil {
		return nil, err
	}
	view, err := inspect.Lab(lab.Name(), lab.Checked())
	if err != nil {
		return nil, err
	}
	if len(view.State.Namespaces) == 0 {
		return nil, notRunningError(lab)
	}
	return inspect.Scene(view, lab.Checked()), nil
}

// graph draws a scene to the output or a file.
func (p *program) graph(scene *draw.Scene, o graphOptions) error {
	picture, err := p.render(scene, o)
	if err != nil {
		return err
	}
	if o.file != "" {
		return os.WriteFile(o.file, picture, 0o644)
	}
	p.out.write(picture)
	return nil
}

// render draws a scene in the format of o.
func (p *program) render(scene *draw.Scene, o graphOptions) ([]byte, error) {
	page := draw.Page{Width: o.width, Unfold: o.unfold}
	if o.file == "" {
		page.Name = p.drawPage().Name
		if o.width == 0 {
			page.Width = p.out.width()
		}
	}
	picture, warning, err := draw.Render(scene, draw.Format(o.format), page)
	if warning != "" {
		p.out.notice("%s", warning)
	}
	return picture, err
}

// drawPage returns the width of the terminal and the style of names.
func (p *program) drawPage() draw.Page {
	return draw.Page{
		Width: p.out.width(),
		Name:  func(name string) string { return p.out.paint(bold, name) },
	}
}
