%% A hundred pairs of processes that each send a number back and forth, two million hops in all.
-module(pairs).
-export([main/0]).

player(Done, Hops) ->
    receive
        {ball, 0, From} -> From ! over, Done ! Hops;
        {ball, N, From} -> From ! {ball, N - 1, self()}, player(Done, Hops + 1);
        over -> Done ! Hops
    end.

pair(Done) ->
    A = spawn(fun() -> player(Done, 0) end),
    B = spawn(fun() -> player(Done, 0) end),
    A ! {ball, 20000, B}.

sum(0, Total) -> Total;
sum(Left, Total) -> receive N -> sum(Left - 1, Total + N) end.

main() ->
    Start = erlang:monotonic_time(nanosecond),
    Self = self(),
    [pair(Self) || _ <- lists:seq(1, 100)],
    io:format("~p~n", [sum(200, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, 2000000]).
