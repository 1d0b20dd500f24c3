// A vCenter to try checks on: govmomi's simulator, which checks passwords at SOAP, with the REST of a vCenter in front.
//
// The simulator of this age takes any password at its own REST and lists nothing there. So the sessions of REST are made
// here, against the same user and password, and its lists are read from the simulator's inventory.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
)

// One list of REST: the simulator's sort of thing, and what REST calls its id.
type list struct{ sort, id string }

var lists = map[string]list{
	"datacenter":    {"Datacenter", "datacenter"},
	"resource-pool": {"ResourcePool", "resource_pool"},
	"datastore":     {"Datastore", "datastore"},
	"host":          {"HostSystem", "host"},
	"network":       {"Network", "network"},
}

type front struct {
	user, password string
	// Which REST there is: api (7.0 and newer), rest (6.5 and 6.7) or none.
	rest     string
	sdk      http.Handler
	mutex    sync.Mutex
	sessions map[string]bool
}

func main() {
	listen := flag.String("l", "127.0.0.1:8989", "where to listen")
	user := flag.String("u", "administrator@vsphere.local", "the user")
	password := flag.String("p", "", "the password")
	rest := flag.String("rest", "api", "api, rest or none")
	cert := flag.String("cert", "", "a certificate, for TLS")
	key := flag.String("key", "", "its key")
	flag.Parse()

	model := simulator.VPX()
	model.Pool = 1
	if err := model.Create(); err != nil {
		log.Fatal(err)
	}
	// One machine is a template.
	machine := simulator.Map.Any("VirtualMachine").(*simulator.VirtualMachine)
	machine.Name = "ubuntu-24.04"
	machine.Config.Template = true
	model.Service.Listen = &url.URL{Host: "127.0.0.1:0", User: url.UserPassword(*user, *password)}
	inside := model.Service.NewServer()
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: inside.URL.Host})

	door, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	handler := &front{user: *user, password: *password, rest: *rest, sdk: proxy, sessions: map[string]bool{}}
	fmt.Println("ready", door.Addr())
	if *cert == "" {
		log.Fatal(http.Serve(door, handler))
	}
	log.Fatal(http.ServeTLS(door, handler, *cert, *key))
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/sdk"):
		f.sdk.ServeHTTP(w, r)
	case f.rest == "api" && strings.HasPrefix(path, "/api/"):
		f.answer(w, r, strings.TrimPrefix(path, "/api/"), func(value interface{}) interface{} { return value })
	case f.rest == "rest" && strings.HasPrefix(path, "/rest/"):
		path = strings.TrimPrefix(strings.TrimPrefix(path, "/rest/"), "com/vmware/cis/")
		f.answer(w, r, path, func(value interface{}) interface{} { return map[string]interface{}{"value": value} })
	default:
		http.NotFound(w, r)
	}
}

func (f *front) answer(w http.ResponseWriter, r *http.Request, path string, wrap func(interface{}) interface{}) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if path == "session" && r.Method == http.MethodPost {
		user, password, _ := r.BasicAuth()
		if user != f.user || password != f.password {
			f.refuse(w, http.StatusUnauthorized, "unauthenticated")
			return
		}
		id := uuid.New().String()
		f.sessions[id] = true
		status := http.StatusOK
		if f.rest == "api" {
			status = http.StatusCreated
		}
		send(w, status, wrap(id))
		return
	}
	id := r.Header.Get("vmware-api-session-id")
	if !f.sessions[id] {
		f.refuse(w, http.StatusUnauthorized, "unauthenticated")
		return
	}
	wanted, known := lists[strings.TrimPrefix(path, "vcenter/")]
	switch {
	case path == "session" && r.Method == http.MethodDelete:
		delete(f.sessions, id)
		w.WriteHeader(http.StatusNoContent)
	case path == "session" && r.Method == http.MethodGet:
		// How many sessions are open, so that a test sees none left behind.
		send(w, http.StatusOK, wrap(map[string]interface{}{"user": f.user, "open": len(f.sessions)}))
	case known && r.Method == http.MethodGet:
		entries := []map[string]string{}
		for _, one := range simulator.Map.All(wanted.sort) {
			entries = append(entries, map[string]string{wanted.id: one.Reference().Value, "name": name(one)})
		}
		if wanted.sort == "Network" {
			for _, one := range simulator.Map.All("DistributedVirtualPortgroup") {
				entries = append(entries, map[string]string{wanted.id: one.Reference().Value, "name": name(one)})
			}
		}
		send(w, http.StatusOK, wrap(entries))
	default:
		f.refuse(w, http.StatusNotFound, "not_found")
	}
}

func name(entity mo.Entity) string {
	return entity.Entity().Name
}

// refuse answers with an error as the REST of that age writes it.
func (f *front) refuse(w http.ResponseWriter, status int, word string) {
	messages := []map[string]interface{}{{"args": []string{}, "default_message": word, "id": "com.vmware.vapi"}}
	if f.rest == "api" {
		send(w, status, map[string]interface{}{"error_type": strings.ToUpper(word), "messages": messages})
		return
	}
	value := map[string]interface{}{"messages": messages}
	send(w, status, map[string]interface{}{"type": "com.vmware.vapi.std.errors." + word, "value": value})
}

func send(w http.ResponseWriter, status int, value interface{}) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
