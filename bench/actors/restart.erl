%% A child that crashes as soon as it has told that it runs, and is restarted by its supervisor, twenty thousand times.
-module(restart).
-behaviour(supervisor).
-export([main/0, init/1, start_child/1, child/1]).

init(To) ->
    Child = #{id => only, start => {?MODULE, start_child, [To]}},
    {ok, {#{strategy => one_for_one, intensity => 1000000, period => 5}, [Child]}}.

start_child(To) -> {ok, spawn_link(?MODULE, child, [To])}.

child(To) ->
    To ! self(),
    receive N -> error({told_to, N}) end.

run(0, Done) -> receive _ -> Done end;
run(Left, Done) -> receive Pid -> Pid ! Left, run(Left - 1, Done + 1) end.

main() ->
    Start = erlang:monotonic_time(nanosecond),
    {ok, _} = supervisor:start_link(?MODULE, self()),
    io:format("~p~n", [run(20000, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, 20000]).
