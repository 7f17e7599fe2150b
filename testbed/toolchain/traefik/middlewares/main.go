// Prints, as JSON, what Traefik's Go types say of the middlewares that tags can declare, and of its static configuration: each option
// with its Go type, and which are taken empty, deprecated or never to be logged. From the source, since to build Traefik's packages
// takes all that they import.
//
//	go run ./middlewares FOLDER-OF-THE-MODULE
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
)

const module = "github.com/traefik/traefik/v3"

// Each instance's own, and parts of the static configuration that components/ingress/staticOptions.ts refuses as a whole.
var left = map[string]bool{
	"loadBalancer.servers":             true,
	"static.api":                       true,
	"static.certificatesResolvers":     true,
	"static.experimental.localPlugins": true,
	"static.experimental.plugins":      true,
	"static.ping":                      true,
	"static.providers":                 true,
	"static.spiffe":                    true,
}

// Types of other modules that Traefik reads from a plain text.
var plain = map[string]string{"github.com/traefik/paerser/types.Duration": "duration"}

type reader struct {
	root string
	// By folder of the module, and name.
	types map[string]map[string]declared

	allowEmpty, deprecated, confidential []string
}

type declared struct {
	spec    *ast.TypeSpec
	imports map[string]string
}

// An object that keeps the order of Traefik's own.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	for i, each := range o {
		value, err := json.Marshal(each.value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "%q:%s", each.name, value)
	}
	return []byte("{" + text.String() + "}"), nil
}

func main() {
	log.SetFlags(0)
	read := &reader{root: os.Args[1], types: map[string]map[string]declared{}}
	const folder = "pkg/config/dynamic"
	options := object{
		{"http", read.optionsOf(folder, "Middleware", "http")},
		{"tcp", read.optionsOf(folder, "TCPMiddleware", "tcp")},
	}
	loadBalancer := (&reader{root: os.Args[1], types: read.types}).optionsOf(folder, "ServersLoadBalancer", "loadBalancer")
	// Apart: its own lists of what is empty, deprecated and confidential.
	static := &reader{root: os.Args[1], types: read.types}
	staticOptions := static.optionsOf("pkg/config/static", "Configuration", "static")
	_, version, _ := strings.Cut(filepath.Base(read.root), "@v")
	printed, err := json.MarshalIndent(object{
		{"version", version},
		{"options", options},
		{"allowEmpty", read.allowEmpty},
		{"deprecated", read.deprecated},
		{"confidential", read.confidential},
		{"loadBalancer", loadBalancer},
		{"static", object{
			{"options", staticOptions},
			{"allowEmpty", static.allowEmpty},
			{"deprecated", static.deprecated},
			{"confidential", static.confidential},
		}},
	}, "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(printed))
}

// The options of the struct of that name, `at` the path of a middleware or of an option.
func (r *reader) optionsOf(folder, name, at string) object {
	its := r.find(folder, name)
	fields, ok := its.spec.Type.(*ast.StructType)
	if !ok {
		log.Fatalf("%s: %s is no struct", at, name)
	}
	options := object{}
	for _, field := range fields.Fields.List {
		tag := reflect.StructTag("")
		if field.Tag != nil {
			tag = reflect.StructTag(strings.Trim(field.Tag.Value, "`"))
		}
		// Of other providers than those that read tags.
		if tag.Get("label") == "-" || (len(field.Names) == 1 && !field.Names[0].IsExported()) {
			continue
		}
		if len(field.Names) == 0 {
			// Its options are those of the struct that has it.
			options = append(options, r.typeOf(folder, field.Type, its.imports, at).(object)...)
			continue
		}
		if len(field.Names) != 1 {
			log.Fatalf("%s: a field of %s has not one name", at, name)
		}
		option, _, _ := strings.Cut(tag.Get("json"), ",")
		// Tags are read by the names of Go's fields, in whatever case.
		if !strings.EqualFold(option, field.Names[0].Name) {
			log.Fatalf("%s: %s has another name in tags than in the documentation, %s", at, field.Names[0].Name, option)
		}
		path := at + "." + option
		if left[path] {
			continue
		}
		if strings.Contains(field.Doc.Text(), "Deprecated:") {
			r.deprecated = append(r.deprecated, path)
		}
		if tag.Get("loggable") == "false" {
			r.confidential = append(r.confidential, path)
		}
		value := r.typeOf(folder, field.Type, its.imports, path)
		if _, nested := value.(object); nested && tag.Get("label") == "allowEmpty" {
			r.allowEmpty = append(r.allowEmpty, path)
		}
		options = append(options, member{option, value})
	}
	return options
}

// The name of a type of Go's, or the options of a struct.
func (r *reader) typeOf(folder string, expression ast.Expr, imports map[string]string, at string) any {
	switch its := expression.(type) {
	case *ast.StarExpr:
		return r.typeOf(folder, its.X, imports, at)
	case *ast.StructType:
		if len(its.Fields.List) > 0 {
			log.Fatalf("%s is a struct without a name, which is not known here", at)
		}
		return object{}
	case *ast.ArrayType:
		return within("[n]", "[]", r.typeOf(folder, its.Elt, imports, at+".[n]"))
	case *ast.MapType:
		key, ok := r.typeOf(folder, its.Key, imports, at).(string)
		if !ok {
			log.Fatalf("%s has structs for names, which is not known here", at)
		}
		return within("<name>", "map["+key+"]", r.typeOf(folder, its.Value, imports, at+".<name>"))
	case *ast.Ident:
		// The types that are Go's own are declared nowhere.
		if r.typesOf(folder)[its.Name].spec == nil {
			return its.Name
		}
		return r.named(folder, its.Name, at)
	case *ast.SelectorExpr:
		imported := imports[its.X.(*ast.Ident).Name]
		if name, ok := plain[imported+"."+its.Sel.Name]; ok {
			return name
		}
		if within, ok := strings.CutPrefix(imported, module+"/"); ok {
			return r.named(within, its.Sel.Name, at)
		}
		log.Fatalf("%s is a %s of %s, which is not known here", at, its.Sel.Name, imported)
	}
	log.Fatalf("%s has a type that is not known here: %T", at, expression)
	return nil
}

// The type of a list or map: what each of its structs has, under the place of an index or a name, or a name of Go's.
func within(place, prefix string, value any) any {
	if name, ok := value.(string); ok {
		return prefix + name
	}
	return object{{place, value}}
}

func (r *reader) named(folder, name, at string) any {
	its := r.find(folder, name)
	if _, ok := its.spec.Type.(*ast.StructType); ok {
		return r.optionsOf(folder, name, at)
	}
	return r.typeOf(folder, its.spec.Type, its.imports, at)
}

func (r *reader) find(folder, name string) declared {
	its, ok := r.typesOf(folder)[name]
	if !ok {
		log.Fatalf("%s has no type %s", folder, name)
	}
	return its
}

// The types that a folder of the module declares.
func (r *reader) typesOf(folder string) map[string]declared {
	if known, ok := r.types[folder]; ok {
		return known
	}
	all := map[string]declared{}
	r.types[folder] = all
	files, _ := filepath.Glob(filepath.Join(r.root, folder, "*.go"))
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			log.Fatal(err)
		}
		imports := map[string]string{}
		for _, each := range parsed.Imports {
			from := strings.Trim(each.Path.Value, `"`)
			name := path.Base(from)
			if each.Name != nil {
				name = each.Name.Name
			}
			imports[name] = from
		}
		for _, declaration := range parsed.Decls {
			if types, ok := declaration.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				for _, spec := range types.Specs {
					its := spec.(*ast.TypeSpec)
					all[its.Name.Name] = declared{its, imports}
				}
			}
		}
	}
	return all
}
