// Package lessons has the lessons that come with vethlab, in each language.
// docs/lessons.md describes how to write them.
package lessons

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"github.com/vethlab/vethlab/internal/lesson"
)

//go:embed en/*.md zh-TW/*.md
var files embed.FS

// Languages returns the languages of the lessons, as BCP 47 tags.
func Languages() []string { return []string{"en", "zh-TW"} }

// Names returns the names of the lessons in their order. Each exists in all languages.
func Names() []string {
	entries, err := fs.ReadDir(files, "en")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".md"))
	}
	return names
}

// File returns the path of a lesson's file in this folder.
func File(language, name string) string { return path.Join(language, name+".md") }

// Read returns the text of a lesson, or an error for an unknown one.
func Read(language, name string) ([]byte, error) { return files.ReadFile(File(language, name)) }

// Short returns a lesson's name without its number.
func Short(name string) string {
	_, short, _ := strings.Cut(name, "-")
	return short
}

// Find returns the name of the lesson that a word means: its name, with or without its
// number, or its number.
func Find(word string) (name string, ok bool) {
	for _, name := range Names() {
		number, short, _ := strings.Cut(name, "-")
		if word == name || word == number || word == short {
			return name, true
		}
	}
	return "", false
}

// Load returns a lesson.
func Load(language, name string) (*lesson.Lesson, error) {
	data, err := Read(language, name)
	if err != nil {
		return nil, err
	}
	return lesson.Parse("lessons/"+File(language, name), data)
}
