//! The table of natives: what std declares with `extern fn` and what compiled code calls in the
//! runtime. One row is the only statement of a native's machine signature: the code generator
//! declares from it, the runtime's signature test compares with it, and a test compares it with
//! std's declaration.
//!
//! Convention: `extern "C-unwind" fn(ctx: *mut Context, words…) -> result`. Each Mesh argument is
//! flattened to its words (`List<T>` is two: `pi`). A result of exactly one word comes back in the
//! register; `()` is void; any other result is void too and its words stand in `ctx.blocks.ret[0..]`.

/// A machine word's class, as one letter: `i` integer (also `Bool`, tags, packed list ranges),
/// `f` double, `p` pointer the collector follows, `b` pointer to a value of any type: a `Record`
/// whose descriptor has that value as its one field; null for none. Where std declares a native's
/// parameter or result with one of its own type parameters as the type, it is passed so.
pub type Words = &'static str;

/// Where a native may run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stack {
    /// On the actor's stack: needs at most 4 KiB.
    Leaf,
    /// On the worker's stack, through `on_stack`.
    Worker,
}

/// One native.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    /// `Module.name` as std declares it; `rt.name` for what only compiled code calls.
    pub name: &'static str,
    /// The linker symbol.
    pub symbol: &'static str,
    pub params: Words,
    pub result: Words,
    pub stack: Stack,
    /// Never returns.
    pub diverges: bool,
}

/// Bytes that a compiled regex may take: what the compiler holds literals to, and the natives of
/// `Regex` patterns that only a running program knows.
pub const REGEX_BYTES: usize = 2 << 20;

const fn leaf(name: &'static str, symbol: &'static str, params: Words, result: Words) -> Native {
    Native {
        name,
        symbol,
        params,
        result,
        stack: Stack::Leaf,
        diverges: false,
    }
}

const fn worker(name: &'static str, symbol: &'static str, params: Words, result: Words) -> Native {
    Native {
        stack: Stack::Worker,
        ..leaf(name, symbol, params, result)
    }
}

const fn fatal(name: &'static str, symbol: &'static str, params: Words) -> Native {
    Native {
        name,
        symbol,
        params,
        result: "",
        stack: Stack::Leaf,
        diverges: true,
    }
}

/// What compiled code calls by itself.
pub const RUNTIME: &[Native] = &[
    // (bytes) -> object; the slow path of bump allocation: the region had no room.
    leaf("rt.alloc_slow", "mesh_rt_alloc_slow", "i", "p"),
    // (need) -> 0: carry on, 1: re-enter on the larger segment. The slow path of the entry check.
    leaf("rt.stack_slow", "mesh_rt_stack_slow", "i", "i"),
    // (kind, a, b): ends the actor.
    fatal("rt.crash", "mesh_rt_crash", "iii"),
    // (count) -> string; the strings stand in ctx.blocks.args[0..count].
    leaf("rt.concat", "mesh_rt_concat", "i", "p"),
    leaf("rt.string_eq", "mesh_rt_string_eq", "pp", "i"),
    // -1, 0, 1 by bytes.
    leaf("rt.string_compare", "mesh_rt_string_compare", "pp", "i"),
    // (buffer, range, elements wanted beyond the end, ObjectDesc of the buffer) -> a list with that
    // much room behind its end, which is its buffer's `hi`; contents copied if the buffer changed.
    leaf(
        "rt.list_reserve_back",
        "mesh_rt_list_reserve_back",
        "piii",
        "pi",
    ),
    leaf(
        "rt.list_reserve_front",
        "mesh_rt_list_reserve_front",
        "piii",
        "pi",
    ),
    // (buffer, range, buffer, range, ObjectDesc) -> the concatenation.
    leaf("rt.list_concat", "mesh_rt_list_concat", "pipii", "pi"),
    // (buffer, range, index, removed count, inserted count, ObjectDesc) -> a fresh copy with
    // `removed` elements at `index` replaced by `inserted` cells that the caller fills at once.
    leaf("rt.list_splice", "mesh_rt_list_splice", "piiiii", "pi"),
    // (closure without parameters, 1 to link) -> pid of the actor that runs a copy of it, by the
    // program's `enter`.
    leaf("rt.spawn", "mesh_rt_spawn", "pi", "i"),
    leaf("rt.self_pid", "mesh_rt_self_pid", "", "i"),
    // (milliseconds, or -1 for no end): a `receive` begins, with the first message of the mailbox.
    leaf("rt.receive_begin", "mesh_rt_receive_begin", "i", ""),
    // -> (0 the time is up and the receive over | 1 a message | 2 a signal | 3 nothing yet, the
    // message or null). The next one that this receive has not skipped; it stays in the mailbox, and
    // what is given is valid until it is skipped or taken.
    leaf("rt.receive_next", "mesh_rt_receive_next", "", "ib"),
    // Suspends the actor, stack and all, until `receive_next` may give something else than 3.
    leaf("rt.receive_wait", "mesh_rt_receive_wait", "", ""),
    // (closure without parameters): the actor's function returns next, to the trampoline; the actor
    // goes on by entering the closure when `receive_next` may give something else than 3.
    leaf("rt.park", "mesh_rt_park", "p", ""),
    // What `receive_next` gave matches no arm.
    leaf("rt.receive_skip", "mesh_rt_receive_skip", "", ""),
    // Takes what `receive_next` gave out of the mailbox and ends the receive -> the message in the
    // actor's own heap (null for a signal), and the call it came by, which is the current one from
    // here on: the caller's pid and the call's number, zeros for none.
    leaf("rt.receive_take", "mesh_rt_receive_take", "", "bii"),
    // (caller, number): makes a call the current one.
    leaf("rt.set_current", "mesh_rt_set_current", "ii", ""),
    // (caller, number, value): answers a call.
    leaf("rt.reply", "mesh_rt_reply", "iib", ""),
    // (caller, number) -> a `Reply`, its two words the same.
    leaf("rt.caller", "mesh_rt_caller", "ii", "ii"),
];

/// What std declares with `extern fn`, by module.
pub const STD: &[Native] = &[
    leaf("Prelude.write_out", "mesh_write_out", "p", ""),
    leaf("Prelude.write_err", "mesh_write_err", "p", ""),
    leaf("Prelude.send", "mesh_send", "ib", ""),
    // (pid, message, milliseconds) -> 0 answered, else a failure for `ExitReason.call_failed`.
    leaf("Prelude.raw_call", "mesh_call", "ibi", "i"),
    // The answer to the last call that was answered.
    leaf("Prelude.raw_answer", "mesh_call_answer", "", "b"),
    // A fresh call, not yet sent.
    leaf("Prelude.raw_open", "mesh_call_open", "", "ii"),
    // (pid, message that holds the call, the call, milliseconds): as `raw_call`.
    leaf("Prelude.raw_ask", "mesh_ask", "ibiii", "i"),
    // Answer the current call.
    leaf("Prelude.reply", "mesh_reply", "b", ""),
    leaf("Prelude.caller", "mesh_caller", "", "ii"),
    leaf("Reply.send", "mesh_reply_send", "iib", ""),
    leaf("Prelude.link", "mesh_link", "i", ""),
    leaf("Prelude.unlink", "mesh_unlink", "i", ""),
    leaf("Prelude.monitor", "mesh_monitor", "i", "i"),
    leaf("Prelude.demonitor", "mesh_demonitor", "i", ""),
    leaf("Prelude.trap_exits", "mesh_trap_exits", "i", ""),
    leaf("Prelude.kill", "mesh_kill", "i", ""),
    // (name, pid, message type, reply type, their names) -> 0, 1 if the name is taken, 2 if the actor has
    // ended. A type that is 0 is not compared.
    leaf("Prelude.raw_register", "mesh_register", "piiipp", "i"),
    // (name, message type, reply type, their names) -> the `Option`: 0, or 1 and the pid. Another
    // type than the name was registered with ends the actor.
    leaf("Prelude.raw_whereis", "mesh_whereis", "piipp", "ii"),
    // (an `ExitReason`, its `Debug` text)
    fatal("Prelude.raw_exit", "mesh_exit", "bp"),
    // The closure runs when the actor ends.
    leaf("Supervisor.on_terminate", "mesh_on_terminate", "p", ""),
    // (who started it): this actor is a supervisor.
    leaf("Supervision.raw_begin", "mesh_supervision_begin", "i", ""),
    // Asks an actor to end with `Shutdown`, as if it were linked to this one and that had ended so.
    leaf(
        "Supervision.raw_shutdown",
        "mesh_supervision_shutdown",
        "i",
        "",
    ),
    leaf("Supervision.raw_kill", "mesh_supervision_kill", "i", ""),
    // Milliseconds.
    leaf("Supervision.raw_now", "mesh_supervision_now", "", "i"),
    // (pid, message, milliseconds) -> the timer: its key, its deadline, the message.
    leaf(
        "Timer.raw_send_after",
        "mesh_timer_send_after",
        "ibi",
        "iii",
    ),
    leaf("Timer.cancel", "mesh_timer_cancel", "iii", "i"),
    leaf("Process.own", "mesh_process_own", "", "i"),
    leaf("Process.workers", "mesh_process_workers", "", "i"),
    leaf("Process.alive", "mesh_process_alive", "", "i"),
    leaf("Process.share", "mesh_process_share", "b", "b"),
    leaf("TestRun.raw_end_others", "mesh_process_end_others", "", "i"),
    // (bytes of heap, messages; 0 for no limit) -> the same, as it was before.
    leaf("Process.raw_allow", "mesh_process_allow", "ii", "ii"),
    leaf("Process.dropped", "mesh_process_dropped", "", "i"),
    // (milliseconds, or -1 for no end)
    leaf("Process.raw_sleep", "mesh_process_sleep", "i", ""),
    leaf(
        "Process.is_registered",
        "mesh_process_is_registered",
        "p",
        "i",
    ),
    // The reason at hand: of the signal that `receive_next` gave, or of the call that failed.
    leaf("ExitReason.raw_kind", "mesh_reason_kind", "", "i"),
    leaf("ExitReason.raw_first", "mesh_reason_first", "", "i"),
    leaf("ExitReason.raw_second", "mesh_reason_second", "", "i"),
    leaf("ExitReason.raw_text", "mesh_reason_text", "", "p"),
    leaf("ExitReason.raw_value", "mesh_reason_value", "", "b"),
    // The cycle that the failed call would have closed.
    leaf("ExitReason.raw_cycle_length", "mesh_cycle_length", "", "i"),
    leaf("ExitReason.raw_cycle_pid", "mesh_cycle_pid", "i", "i"),
    // The signal that `receive_next` gave.
    leaf("Signal.raw_kind", "mesh_signal_kind", "", "i"),
    leaf("Signal.raw_monitor", "mesh_signal_monitor", "", "i"),
    leaf("Signal.raw_pid", "mesh_signal_pid", "", "i"),
    leaf("Signal.raw_node", "mesh_signal_node", "", "p"),
    leaf("Int.to_text", "mesh_int_to_text", "i", "p"),
    leaf("Int.to_text_radix", "mesh_int_to_text_radix", "ii", "p"),
    // (text, base) -> (0, number), or (1 empty | 2 no number | 3 out of range, 0).
    leaf("Int.raw_parse", "mesh_int_parse", "pi", "ii"),
    leaf("Float.to_text", "mesh_float_to_text", "f", "p"),
    leaf("Float.raw_to_fixed", "mesh_float_to_fixed", "fi", "p"),
    leaf("Float.raw_parse", "mesh_float_parse", "p", "if"),
    leaf("Float.pow", "mesh_float_pow", "ff", "f"),
    leaf("Math.cbrt", "mesh_math_cbrt", "f", "f"),
    leaf("Math.sin", "mesh_math_sin", "f", "f"),
    leaf("Math.cos", "mesh_math_cos", "f", "f"),
    leaf("Math.tan", "mesh_math_tan", "f", "f"),
    leaf("Math.asin", "mesh_math_asin", "f", "f"),
    leaf("Math.acos", "mesh_math_acos", "f", "f"),
    leaf("Math.atan", "mesh_math_atan", "f", "f"),
    leaf("Math.sinh", "mesh_math_sinh", "f", "f"),
    leaf("Math.cosh", "mesh_math_cosh", "f", "f"),
    leaf("Math.tanh", "mesh_math_tanh", "f", "f"),
    leaf("Math.exp", "mesh_math_exp", "f", "f"),
    leaf("Math.ln", "mesh_math_ln", "f", "f"),
    leaf("Math.log2", "mesh_math_log2", "f", "f"),
    leaf("Math.log10", "mesh_math_log10", "f", "f"),
    leaf("Math.atan2", "mesh_math_atan2", "ff", "f"),
    leaf("Math.hypot", "mesh_math_hypot", "ff", "f"),
    leaf("Hash.seed", "mesh_hash_seed", "", "i"),
    // Positions are in bytes; -1 stands for none.
    leaf("String.byte_size", "mesh_string_byte_size", "p", "i"),
    leaf("String.raw_byte", "mesh_string_byte", "pi", "i"),
    leaf("String.raw_hash", "mesh_string_hash", "p", "i"),
    // (text, from, to)
    leaf("String.raw_cut", "mesh_string_cut", "pii", "p"),
    // (text, part, from)
    leaf("String.raw_find", "mesh_string_find", "ppi", "i"),
    leaf("String.raw_find_last", "mesh_string_find_last", "pp", "i"),
    // Where the character at a position ends.
    leaf("String.raw_next", "mesh_string_next", "pi", "i"),
    // Where the character before a position starts.
    leaf("String.raw_back", "mesh_string_back", "pi", "i"),
    // Where the n-th character starts.
    leaf("String.raw_offset", "mesh_string_offset", "pi", "i"),
    // The characters before a position.
    leaf("String.raw_count", "mesh_string_count", "pi", "i"),
    // The code point at a position.
    leaf("String.raw_code", "mesh_string_code", "pi", "i"),
    leaf("String.from_code", "mesh_string_from_code", "i", "p"),
    leaf("String.starts_with", "mesh_string_starts_with", "pp", "i"),
    leaf("String.ends_with", "mesh_string_ends_with", "pp", "i"),
    leaf("String.strip_prefix", "mesh_string_strip_prefix", "pp", "p"),
    leaf("String.strip_suffix", "mesh_string_strip_suffix", "pp", "p"),
    leaf("String.contains", "mesh_string_contains", "pp", "i"),
    leaf("String.replace", "mesh_string_replace", "ppp", "p"),
    leaf("String.raw_repeat", "mesh_string_repeat", "pi", "p"),
    leaf("String.raw_join", "mesh_string_join", "pip", "p"),
    leaf("String.to_upper", "mesh_string_to_upper", "p", "p"),
    leaf("String.to_lower", "mesh_string_to_lower", "p", "p"),
    leaf("String.trim", "mesh_string_trim", "p", "p"),
    leaf("String.trim_start", "mesh_string_trim_start", "p", "p"),
    leaf("String.trim_end", "mesh_string_trim_end", "p", "p"),
    leaf("String.reverse", "mesh_string_reverse", "p", "p"),
    leaf("String.raw_quoted", "mesh_string_quoted", "p", "p"),
    // (text, class of characters)
    leaf("String.raw_all", "mesh_string_all", "pi", "i"),
    leaf("Bytes.length", "mesh_bytes_length", "p", "i"),
    // (bytes, position) -> 0 to 255, or -1 for none.
    leaf("Bytes.raw_get", "mesh_bytes_get", "pi", "i"),
    // As `raw_get`, for one that must be there.
    leaf("Bytes.raw_at", "mesh_bytes_at", "pi", "i"),
    leaf("Bytes.raw_eq", "mesh_bytes_eq", "pp", "i"),
    // -1, 0, 1.
    leaf("Bytes.raw_compare", "mesh_bytes_compare", "pp", "i"),
    leaf("Bytes.raw_hash", "mesh_bytes_hash", "p", "i"),
    // (bytes, from, to)
    leaf("Bytes.raw_cut", "mesh_bytes_cut", "pii", "p"),
    // (bytes, part, from)
    leaf("Bytes.raw_find", "mesh_bytes_find", "ppi", "i"),
    leaf("Bytes.raw_join", "mesh_bytes_join", "pi", "p"),
    leaf("Bytes.raw_repeat", "mesh_bytes_repeat", "pi", "p"),
    leaf("Bytes.from_list", "mesh_bytes_from_list", "pi", "p"),
    leaf("Bytes.to_list", "mesh_bytes_to_list", "p", "pi"),
    leaf("Bytes.from_text", "mesh_bytes_from_text", "p", "p"),
    leaf("Bytes.to_text", "mesh_bytes_to_text", "p", "p"),
    leaf("Bytes.to_text_lossy", "mesh_bytes_to_text_lossy", "p", "p"),
    // Position of the first byte that is no UTF-8.
    leaf("Bytes.raw_text_size", "mesh_bytes_text_size", "p", "i"),
    // What may block: see `runtime::natives::blocking`. The actor waits on its stack. A number first in a result is 0, or the
    // system's number of the error.
    leaf("IO.raw_read_line", "mesh_io_read_line", "", "p"),
    leaf("IO.raw_read_all", "mesh_io_read_all", "", "ip"),
    leaf("File.raw_read", "mesh_file_read", "p", "ip"),
    // (path, position, bytes at most)
    leaf("File.raw_read_at", "mesh_file_read_at", "pii", "ip"),
    // (path, contents, 0 to replace the file | 1 to append to it | 2 to make a new one)
    leaf("File.raw_write", "mesh_file_write", "ppi", "i"),
    // (path, contents, the file whose permissions a new one gets)
    leaf("File.raw_write_like", "mesh_file_write_like", "ppp", "i"),
    leaf("File.raw_list", "mesh_file_list", "p", "ipi"),
    // (path, whether to follow a link) -> (error, list of: 0 file | 1 folder | 2 link | 3 other,
    // size in bytes, milliseconds since 1970 of the last change, permission bits)
    leaf("File.raw_metadata", "mesh_file_metadata", "pi", "ipi"),
    leaf("File.raw_real_path", "mesh_file_real_path", "p", "ip"),
    leaf("File.raw_make_dir", "mesh_file_make_dir", "p", "i"),
    leaf("File.raw_make_dirs", "mesh_file_make_dirs", "p", "i"),
    leaf("File.raw_delete", "mesh_file_delete", "p", "i"),
    leaf("File.raw_delete_dir", "mesh_file_delete_dir", "p", "i"),
    leaf("File.raw_delete_all", "mesh_file_delete_all", "p", "i"),
    leaf("File.raw_rename", "mesh_file_rename", "pp", "i"),
    leaf("File.raw_copy", "mesh_file_copy", "pp", "i"),
    leaf("File.raw_link", "mesh_file_link", "pp", "i"),
    leaf(
        "File.raw_set_permissions",
        "mesh_file_set_permissions",
        "pi",
        "i",
    ),
    // (program, arguments, input, folder or "", `NAME=value` list) -> (exit code or negative error,
    // bytes of standard output, those followed by standard error's)
    leaf("System.raw_run", "mesh_system_run", "ppipppi", "iip"),
    // Up to here.
    leaf("FileError.raw_text", "mesh_file_error_text", "i", "p"),
    leaf("IO.flush", "mesh_io_flush", "", ""),
    leaf("IO.write_bytes", "mesh_io_write_bytes", "p", ""),
    leaf("IO.raw_is_terminal", "mesh_io_is_terminal", "i", "i"),
    leaf("Env.raw_arg_count", "mesh_env_arg_count", "", "i"),
    leaf("Env.raw_arg", "mesh_env_arg", "i", "p"),
    leaf("Env.get", "mesh_env_get", "p", "p"),
    // (text, position) -> (kind of token; behind a value, times 256, that of what follows it; times 65536, the position
    // behind both | number or its bits | text)
    leaf("Json.raw_token", "mesh_json_token", "pi", "iip"),
    leaf("JsonWriter.raw_open", "mesh_json_open", "", ""),
    leaf("JsonWriter.put", "mesh_json_put", "p", ""),
    // (what stands before, key, what stands behind)
    leaf("JsonWriter.put_key", "mesh_json_put_key", "ppp", ""),
    // (kind of token, number or its bits, text)
    leaf("JsonWriter.raw_scalar", "mesh_json_put_scalar", "iip", ""),
    leaf("JsonWriter.raw_close", "mesh_json_close", "", "p"),
    // A regex is its pattern and its flags; positions are in bytes, and the last parameter is where the search starts.
    worker("Regex.raw_problem", "mesh_regex_problem", "pp", "p"),
    worker("Regex.raw_find", "mesh_regex_find", "pppi", "ii"),
    worker("Regex.raw_groups", "mesh_regex_groups", "pppi", "pi"),
    worker("Regex.raw_names", "mesh_regex_names", "pp", "pi"),
    leaf("Regex.escape", "mesh_regex_escape", "p", "p"),
    leaf("Random.raw_next", "mesh_random_next", "", "i"),
    // -> (seconds since 1970 in UTC, nanoseconds)
    leaf("DateTime.raw_now", "mesh_date_time_now", "", "ii"),
    // `NAME=value` each.
    leaf("Env.raw_all", "mesh_env_all", "", "pi"),
    worker("Env.raw_current_dir", "mesh_env_current_dir", "", "p"),
    fatal("System.exit", "mesh_system_exit", "i"),
    leaf("System.os", "mesh_system_os", "", "p"),
    leaf("System.arch", "mesh_system_arch", "", "p"),
    worker("System.cpu_count", "mesh_system_cpu_count", "", "i"),
    leaf("System.process_id", "mesh_system_process_id", "", "i"),
    // Nanoseconds.
    leaf(
        "System.monotonic_time",
        "mesh_system_monotonic_time",
        "",
        "i",
    ),
    // The least level that is written for a name, and whether lines are JSON.
    worker("Logger.raw_threshold", "mesh_log_threshold", "p", "i"),
    worker("Logger.raw_is_json", "mesh_log_is_json", "", "i"),
    worker("Crypto.raw_sha256", "mesh_crypto_sha256", "p", "p"),
    worker("Crypto.raw_sha512", "mesh_crypto_sha512", "p", "p"),
    // (key, message)
    worker(
        "Crypto.raw_hmac_sha256",
        "mesh_crypto_hmac_sha256",
        "pp",
        "p",
    ),
    worker(
        "Crypto.raw_hmac_sha512",
        "mesh_crypto_hmac_sha512",
        "pp",
        "p",
    ),
    leaf("Crypto.raw_equal", "mesh_crypto_equal", "pp", "i"),
    worker("Crypto.raw_random", "mesh_crypto_random", "i", "p"),
    // (address, port, file of the certificate, of its key, limits as `runtime::http::server` takes them) -> (0, the
    // port, its address for people), or (1, 0, why not).
    leaf("HttpServer.raw_listen", "mesh_http_listen", "pipppi", "iip"),
    // (what the actor of a connection runs, what that of a request does): accepts connections until the server ends.
    leaf("HttpServer.raw_accept", "mesh_http_accept", "pp", ""),
    // Serves the connection of this actor until there is nothing to do. Then the actor's function must return: it
    // runs again when there is.
    leaf("HttpServer.raw_drive", "mesh_http_drive", "", ""),
    // The request of this actor -> (its number, method, target).
    leaf("HttpServer.raw_head", "mesh_http_head", "", "ipp"),
    leaf("HttpServer.raw_version", "mesh_http_version", "", "p"),
    leaf("HttpServer.raw_peer", "mesh_http_peer", "", "p"),
    leaf("HttpServer.raw_headers", "mesh_http_headers", "", "pi"),
    // Bytes of the body: -1 where that is not known.
    leaf("HttpServer.raw_length", "mesh_http_length", "", "i"),
    // (number) -> (0 the end | 1 a piece | 2 the client is gone | 3 too large | 4 time is up | 5 malformed | 6 read before | 7 another
    // actor's request, the piece | the limit's or problem's text)
    leaf("Exchange.raw_read", "mesh_http_read", "i", "ip"),
    // (number, status, headers, body) -> "" or what is wrong with the answer.
    leaf("HttpServer.raw_answer", "mesh_http_answer", "iipip", "p"),
    // (number, status, headers, length or -1): the body follows by `raw_write`.
    leaf("HttpServer.raw_begin", "mesh_http_begin", "iipii", "p"),
    // (number, status, headers, path, from, count): the body is a part of a file.
    leaf("HttpServer.raw_file", "mesh_http_file", "iipipii", "p"),
    // (number, bytes) -> 0, or 1 the client is gone | 2 it takes nothing.
    leaf("HttpServer.raw_write", "mesh_http_write", "ip", "i"),
    leaf("HttpServer.raw_finish", "mesh_http_finish", "i", ""),
    // (1 with TLS | 2 a fresh one, host, port, milliseconds, what the actor of a shared one runs): a connection to a server
    // -> 0, or the kind of what is wrong: 1 no such host | 2 no connection | 3 no TLS | 4 time is up; and its text. The
    // connection is for the next `raw_send`.
    leaf("HttpClient.raw_connect", "mesh_http_connect", "ipiip", "ip"),
    // As `HttpServer.raw_drive`, for a connection to a server.
    leaf("HttpClient.raw_drive", "mesh_http_client_drive", "", ""),
    // (method, target, header fields, body, whether pieces of it follow) -> the number of the conversation, or 0 and what
    // is wrong with the request.
    leaf("HttpClient.raw_send", "mesh_http_send", "pppipi", "ip"),
    // (number, piece, milliseconds) -> 0 sent | 1 nobody takes it | 4 time is up
    leaf("HttpClient.raw_piece", "mesh_http_piece", "ipi", "i"),
    leaf("HttpClient.raw_end", "mesh_http_end", "i", ""),
    // (number, milliseconds): waits for the answer -> (status, text), or 0 and the kind of what is wrong in words: "4" time
    // is up | "6" the connection had been closed: to be tried again on a fresh one | else "5" and what.
    leaf(
        "HttpClient.raw_answer",
        "mesh_http_client_answer",
        "ii",
        "ip",
    ),
    leaf(
        "HttpClient.raw_headers",
        "mesh_http_client_headers",
        "i",
        "pi",
    ),
    // Bytes of the body, or -1.
    leaf("HttpClient.raw_length", "mesh_http_client_length", "i", "i"),
    // (hashes) -> them in the order of their bits as unsigned numbers, each followed by its position
    // in the list; equal ones in the order of the list.
    worker("Hash.order", "mesh_hash_order", "pi", "pi"),
];

/// The row of a native by its Mesh name.
pub fn by_name(name: &str) -> Option<&'static Native> {
    RUNTIME.iter().chain(STD).find(|n| n.name == name)
}
