%% A million calls to a gen_server that counts.
-module(call).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2]).

init(Count) -> {ok, Count}.
handle_call({add, N}, _, Count) -> {reply, Count + N, Count + N}.
handle_cast(_, Count) -> {noreply, Count}.

run(_, 0, Last) -> Last;
run(Pid, Left, _) -> run(Pid, Left - 1, gen_server:call(Pid, {add, 1})).

main() ->
    Count = 1000000,
    Start = erlang:monotonic_time(nanosecond),
    {ok, Pid} = gen_server:start(?MODULE, 0, []),
    io:format("~p~n", [run(Pid, Count, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, Count]).
