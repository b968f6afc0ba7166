package draw

const MermaidLinks = 400

func Mermaid(s *Scene) string { return "" }
func DOT(s *Scene) string     { return "" }
func D2(s *Scene) string      { return "" }
