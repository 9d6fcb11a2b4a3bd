%% Sixteen processes that send a hundred thousand numbers each to one.
-module(fan_in).
-export([main/0]).

sender(0, _) -> ok;
sender(Left, To) -> To ! Left, sender(Left - 1, To).

sum(0, Total) -> Total;
sum(Left, Total) -> receive N -> sum(Left - 1, Total + N) end.

main() ->
    Start = erlang:monotonic_time(nanosecond),
    Self = self(),
    [spawn(fun() -> sender(100000, Self) end) || _ <- lists:seq(1, 16)],
    io:format("~p~n", [sum(1600000, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, 1600000]).
