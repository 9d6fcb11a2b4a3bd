%% The same server with inets, which comes with Erlang.
-module(server).
-export([main/0, do/1, counter/1]).
-include_lib("inets/include/httpd.hrl").

counter(Count) ->
    receive
        {From, Ref} ->
            From ! {Ref, Count + 1},
            counter(Count + 1)
    end.

main() ->
    register(counting, spawn(?MODULE, counter, [0])),
    persistent_term:put(large, binary_to_list(binary:copy(<<"0123456789">>, 10000))),
    {ok, _} = application:ensure_all_started(inets),
    Port = list_to_integer(os:getenv("PORT")),
    {ok, _} = inets:start(httpd, [
        {port, Port}, {bind_address, {127, 0, 0, 1}}, {server_name, "bench"},
        {server_root, "/tmp"}, {document_root, "/tmp"},
        {max_clients, 2000}, {modules, [?MODULE]}
    ]),
    receive after infinity -> ok end.

text(Body) -> {"text/plain; charset=utf-8", Body}.

answer("/plaintext") -> text("Hello, World!");
answer("/json") -> {"application/json", "{\"message\":\"Hello, World!\"}"};
answer("/counter") ->
    Ref = make_ref(),
    counting ! {self(), Ref},
    receive {Ref, Count} -> text("Count is: " ++ integer_to_list(Count)) end;
answer("/large") -> text(persistent_term:get(large)).

do(Request) ->
    {Type, Body} = answer(Request#mod.request_uri),
    Head = [{code, 200}, {content_type, Type}, {content_length, integer_to_list(length(Body))}],
    {proceed, [{response, {response, Head, Body}}]}.
