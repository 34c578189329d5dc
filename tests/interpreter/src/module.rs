//! One client of the module, through its exports. Times are µs, as the module has them.

use hedgerow::wire::RECORD;
use hedgerow_harness::scenario::{Face, seed};
use serde_json::Value;
use wasmi::{Engine, Error, Instance, Linker, Memory, Module, Store, WasmParams, WasmResults};

/// Bytes of a float in the module's memory.
const FLOAT: usize = 8;

/// The module, read once.
#[derive(Debug)]
pub(crate) struct Compiled {
    engine: Engine,
    module: Module,
}

impl Compiled {
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, Error> {
        let engine = Engine::default();
        let module = Module::new(&engine, bytes)?;
        Ok(Self { engine, module })
    }
}

/// A client in an instance of its own.
#[derive(Debug)]
pub(crate) struct Interpreted {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    handle: u32,
}

impl Interpreted {
    /// The client of a scenario, before its first input.
    pub(crate) fn new(compiled: &Compiled, scenario: &Value) -> Result<Self, Error> {
        let mut store = Store::new(&compiled.engine, ());
        let linker = Linker::new(&compiled.engine);
        let instance = linker.instantiate_and_start(&mut store, &compiled.module)?;
        let memory = instance.get_memory(&store, "memory").expect("the module exports its memory");
        let mut client = Self { store, instance, memory, handle: 0 };
        let config = scenario["config"].to_string();
        client.put(&[config.as_bytes(), &seed(scenario)].concat());
        let t0 = scenario["t0"].as_f64().expect("t0");
        client.handle = client.call("hedgerow_client_new", (length(config.len()), t0));
        assert!(client.handle > 0, "{}", String::from_utf8_lossy(&client.output()));
        Ok(client)
    }

    /// Calls an export.
    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, arguments: P) -> R {
        let export = self.instance.get_typed_func::<P, R>(&self.store, name);
        let export = export.unwrap_or_else(|error| panic!("{name}: {error}"));
        export.call(&mut self.store, arguments).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Fills the input; answers its length.
    fn put(&mut self, bytes: &[u8]) -> u32 {
        let at: u32 = self.call("hedgerow_input", length(bytes.len()));
        self.memory.write(&mut self.store, at as usize, bytes).expect("the input lies in the memory");
        length(bytes.len())
    }

    fn put_document(&mut self, document: &Value) -> u32 {
        self.put(document.to_string().as_bytes())
    }

    fn output(&mut self) -> Vec<u8> {
        let at: u32 = self.call("hedgerow_output", ());
        let length: u32 = self.call("hedgerow_output_length", ());
        let mut bytes = vec![0; length as usize];
        self.memory.read(&self.store, at as usize, &mut bytes).expect("the output lies in the memory");
        bytes
    }

    /// Puts floats at the head of the record buffer.
    fn put_floats(&mut self, floats: &[f64]) {
        let at: u32 = self.call("hedgerow_records", self.handle);
        let bytes: Vec<u8> = floats.iter().flat_map(|float| float.to_le_bytes()).collect();
        assert_eq!(bytes.len(), floats.len() * FLOAT);
        self.memory.write(&mut self.store, at as usize, &bytes).expect("the buffer lies in the memory");
    }

    fn checked(&mut self, answer: f64) {
        assert!(answer >= 0.0, "{}", String::from_utf8_lossy(&self.output()));
    }
}

impl Face for Interpreted {
    fn push(&mut self, records: &[f64], now: f64) -> usize {
        self.put_floats(records);
        let count = length(records.len() / RECORD);
        let taken: u32 = self.call("hedgerow_push_events", (self.handle, count, now));
        taken as usize
    }

    fn start(&mut self, record: &[f64; RECORD], replicas: &[f64], token: &str, now: f64) {
        let [_, cookie, namespace, operation, _, deadline, wall, packed] = *record;
        let token = self.put(token.as_bytes());
        self.put_floats(replicas);
        let (handle, count) = (self.handle, length(replicas.len()));
        let numbers = (handle, token, cookie, namespace, operation, count, deadline, wall, packed, now);
        let call: f64 = self.call("hedgerow_start_with_token", numbers);
        assert!(!call.is_nan(), "the numbers of a start");
    }

    fn topology(&mut self, changes: &Value, now: f64) -> bool {
        let length = self.put_document(changes);
        let count: f64 = self.call("hedgerow_handle_topology", (self.handle, length, now));
        count >= 0.0
    }

    fn signal(&mut self, record: &Value, namespace: i64, operation: i64, now: f64) {
        let length = self.put_document(record);
        let [namespace, operation] = [namespace, operation].map(|number| i32::try_from(number).unwrap_or(-1));
        let answer = self.call("hedgerow_handle_signal", (self.handle, length, namespace, operation, now));
        self.checked(answer);
    }

    fn header(&mut self, text: &str, namespace: u32, operation: u32, now: f64) {
        let length = self.put(text.as_bytes());
        let version: f64 =
            self.call("hedgerow_handle_signal_header", (self.handle, length, namespace, operation, now));
        assert!(version > 0.0, "a field that is none: {text}");
    }

    fn stall(&mut self, kind: &str, [from, to]: [f64; 2], now: f64) {
        match kind {
            "paused" => self.call("hedgerow_handle_pause", (self.handle, from, to, now)),
            "throttled" => self.call("hedgerow_handle_throttled", (self.handle, now)),
            "resumed" => self.call("hedgerow_handle_resumed", (self.handle, now)),
            "suspended" => self.call("hedgerow_handle_suspended", (self.handle, now)),
            _ => self.call("hedgerow_reset_stall", (self.handle, now)),
        }
    }

    fn drain(&mut self, deadline: f64, now: f64) {
        let _: u32 = self.call("hedgerow_drain", (self.handle, deadline, now));
    }

    fn name(&mut self, kind: &str, name: &str) {
        let length = self.put(name.as_bytes());
        let export = if kind == "namespace" { "hedgerow_namespace" } else { "hedgerow_operation" };
        let number = self.call(export, (self.handle, length));
        self.checked(number);
    }

    fn take_trace(&mut self) -> Vec<u8> {
        let _: u32 = self.call("hedgerow_take_trace", self.handle);
        self.output()
    }
}

/// The length of something in a memory of 32 bits.
fn length(length: usize) -> u32 {
    u32::try_from(length).expect("less than the memory")
}
