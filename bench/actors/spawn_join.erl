%% A million processes in waves of a thousand, each of which sends its number back and ends.
-module(spawn_join).
-export([main/0]).

wave(0, _) -> ok;
wave(Left, To) ->
    spawn(fun() -> To ! Left end),
    wave(Left - 1, To).

sum(0, Total) -> Total;
sum(Left, Total) -> receive N -> sum(Left - 1, Total + N) end.

waves(0, Total) -> Total;
waves(Left, Total) ->
    wave(1000, self()),
    waves(Left - 1, sum(1000, Total)).

main() ->
    Start = erlang:monotonic_time(nanosecond),
    io:format("~p~n", [waves(1000, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, 1000000]).
