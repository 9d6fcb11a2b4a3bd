%% Two processes that send a number back and forth: two million hops.
-module(ping_pong).
-export([main/0]).

player(Done, Hops) ->
    receive
        {ball, 0, From} -> From ! over, Done ! Hops;
        {ball, N, From} -> From ! {ball, N - 1, self()}, player(Done, Hops + 1);
        over -> Done ! Hops
    end.

main() ->
    Start = erlang:monotonic_time(nanosecond),
    Self = self(),
    A = spawn(fun() -> player(Self, 0) end),
    B = spawn(fun() -> player(Self, 0) end),
    A ! {ball, 2000000, B},
    X = receive N -> N end,
    Y = receive M -> M end,
    io:format("~p~n", [X + Y]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, 2000000]).
